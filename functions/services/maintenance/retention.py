"""What is kept for how long: logs, plans, copies of removed states and, in the end, the whole record.

It looks at the deployments that are due, the longest due first. Only a deployment that has no resources and
nothing unfinished is ever touched. Blobs go before the record that names them, the next entry is written
before the present one goes, and a record goes as `forget_deployment` has it: this may be cut anywhere, and
goes on there.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

from functions.domain.deployments import transitions
from functions.domain.errors import ConcurrentChange
from functions.domain.jobs import blob_names
from functions.maintenance_ports import DueEntry
from functions.ports import Stored
from functions.services.context import Context
from functions.services.deployments.purge_deployment import forget, mark_forgotten
from functions.services.maintenance.sweep_due import sweep_due
from functions.services.scheduling.retention_due import (
    LOGS,
    PLANS,
    STATE_COPIES,
    ended_at,
    kept_days,
    next_due,
    note_due,
)

log = logging.getLogger("slipway.retention")

_TIME = timedelta(minutes=8)
"""After this long a run ends by itself. The host ends one after 10 minutes, and with it everything else that
the process is doing."""
_ENDINGS = {
    LOGS: ("/log",),
    PLANS: ("/plan", "/plan-summary"),
    STATE_COPIES: ("/state-copy", "/errored-state"),
}


def apply_retention(ctx: Context) -> int:
    """Remove what is past its time; return how many deployments were changed."""
    began_at = ctx.now()
    deadline = began_at + _TIME
    changed = 0
    for entry in ctx.due.due(began_at):
        if ctx.now() >= deadline:
            log.info("applying retention: out of time, the next run goes on")
            return changed
        try:
            changed += _look(ctx, entry)
        except Exception:  # whatever is wrong with one deployment, the others get their look
            log.exception("applying retention to deployment '%s'", entry.listed.deployment_id)
    sweep_due(ctx, deadline)
    return changed


def _look(ctx: Context, entry: DueEntry) -> bool:
    """Remove what is due of one deployment. True if it was changed."""
    stored = ctx.store.get(entry.listed.deployment_id)
    if stored is None or stored.deployment.created_at != entry.listed.created_at:
        # it was forgotten, perhaps while somebody still wrote its list rows
        ctx.index.remove_list_rows(entry.listed)
        ctx.due.remove(entry)
        return False
    if stored.deployment.forgotten_at:
        # reconcile is at it: look once more when that is over
        ctx.due.put(replace(entry, due_at=ctx.now() + timedelta(days=1)))
        ctx.due.remove(entry)
        return False
    if next_due(ctx.policy, stored.deployment) is None:
        ctx.due.remove(entry)
        return False
    try:
        changed = _remove_due(ctx, stored)
    except ConcurrentChange:
        return False
    ctx.due.remove(entry)
    return changed


def _remove_due(ctx: Context, stored: Stored) -> bool:
    """Forget the deployment, or remove the blobs that are past their time and note when more is due."""
    past = ctx.now() - ended_at(stored.deployment)
    if past >= timedelta(days=ctx.policy.record_days):
        forget(ctx, mark_forgotten(ctx, stored, "slipway"))
        log.info("forgot deployment '%s': it ended long ago", stored.deployment.deployment_id)
        return True
    kinds = [
        kind
        for kind, days in kept_days(ctx.policy).items()
        if kind not in stored.deployment.pruned and past >= timedelta(days=days)
    ]
    kept = _prune(ctx, stored, kinds) if kinds else stored
    note_due(ctx, kept.deployment)
    return bool(kinds)


def _prune(ctx: Context, stored: Stored, kinds: list[str]) -> Stored:
    """Remove the blobs of some kinds, then note that they are gone."""
    deployment = stored.deployment
    for name in ctx.artifacts.names(blob_names.operations_prefix(deployment.deployment_id)):
        if any(name.endswith(_ENDINGS[kind]) for kind in kinds):
            ctx.artifacts.delete(name)
    return ctx.store.commit(stored, transitions.pruned(deployment, ctx.now(), kinds))
