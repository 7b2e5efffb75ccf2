"""What is kept for how long: logs, plans, copies of removed states and, in the end, the whole record.

Only a deployment that has no resources and nothing unfinished is ever touched. Blobs go before the record
that names them, and a record goes as `forget_deployment` has it: this may be cut anywhere and done again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from functions.domain import artifacts
from functions.domain.errors import ConcurrentChange
from functions.domain.status import Resources
from functions.ports import ListEntry, ListQuery, Stored
from functions.services.context import Context
from functions.services.forget_deployment import forget, mark_forgotten

log = logging.getLogger("slipway.retention")

_PAGE = 200
LOGS = "logs"
PLANS = "plans"
STATE_COPIES = "state copies"
_ENDINGS = {
    LOGS: ("/log",),
    PLANS: ("/plan", "/plan-summary"),
    STATE_COPIES: ("/state-copy", "/errored-state"),
}


def apply_retention(ctx: Context) -> int:
    """Remove what is past its time; gives how many deployments were changed."""
    changed = 0
    for entry in _old_entries(ctx):
        try:
            changed += _look(ctx, entry.deployment_id)
        except Exception:  # whatever is wrong with one deployment, the others get their look
            log.exception("applying retention to deployment '%s'", entry.deployment_id)
    return changed


def _old_entries(ctx: Context) -> Iterator[ListEntry]:
    """Every ended deployment that is old enough for something of it to go."""
    policy = ctx.policy
    shortest = min(policy.log_days, policy.plan_days, policy.state_copy_days, policy.record_days)
    query = ListQuery(limit=_PAGE, created_before=ctx.now() - timedelta(days=shortest))
    while True:
        page = ctx.index.page(query)
        yield from (entry for entry in page.entries if entry.finished)
        if page.token is None:
            return
        query = ListQuery(limit=_PAGE, created_before=query.created_before, token=page.token)


def _look(ctx: Context, deployment_id: str) -> bool:
    stored = ctx.store.get(deployment_id)
    if stored is None or stored.deployment.forgotten_at:
        return False
    deployment = stored.deployment
    ended = deployment.completed_at or deployment.created_at
    if deployment.unfinished or deployment.resources is not Resources.NONE:
        return False
    if ended < ctx.now() - timedelta(days=ctx.policy.record_days):
        return _forget(ctx, stored)
    return _prune(ctx, stored, ended)


def _forget(ctx: Context, stored: Stored) -> bool:
    try:
        forget(ctx, mark_forgotten(ctx, stored, "slipway"))
    except ConcurrentChange:
        return False
    log.info("forgot deployment '%s': it ended long ago", stored.deployment.deployment_id)
    return True


def _prune(ctx: Context, stored: Stored, ended: datetime) -> bool:
    """Remove the blobs that are past their time, then note that they are gone."""
    deployment = stored.deployment
    days = {
        LOGS: ctx.policy.log_days,
        PLANS: ctx.policy.plan_days,
        STATE_COPIES: ctx.policy.state_copy_days,
    }
    due = [
        kind
        for kind, kept in days.items()
        if kind not in deployment.pruned and ended < ctx.now() - timedelta(days=kept)
    ]
    if not due:
        return False
    for name in ctx.artifacts.names(artifacts.operations_prefix(deployment.deployment_id)):
        if any(name.endswith(_ENDINGS[kind]) for kind in due):
            ctx.artifacts.delete(name)
    pruned = (*deployment.pruned, *due)
    try:
        ctx.store.commit(
            stored, deployment.noted("pruned", ctx.now(), "slipway", {"removed": due}, pruned=pruned)
        )
    except ConcurrentChange:
        return False
    return True
