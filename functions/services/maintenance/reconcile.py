"""The backstop: look at everything unfinished whose time has come, and see that no free place stays empty. It
reads the index only and never scans.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from functions.domain.deployments.deployment import Deployment
from functions.domain.identifiers import parse_operation_id
from functions.domain.jobs import blob_names
from functions.domain.status import OperationStatus
from functions.observability import bind
from functions.ports import ActiveEntry
from functions.services.context import Context
from functions.services.deployments.purge_deployment import forget
from functions.services.maintenance.expire_deployment import expire_deployment
from functions.services.orchestration.advance import advance
from functions.services.scheduling.active_entries import put_idle
from functions.services.scheduling.expiry import schedule_expiry
from functions.services.scheduling.wake_up import call_waiting

log = logging.getLogger("slipway.reconcile")

ABANDONED_ENTRY = timedelta(minutes=10)
"""An `active` entry whose deployment or operation never came to be is dropped after this long (docs/rules.md
rule 1).
"""


def reconcile(ctx: Context) -> int:
    """Advance what is due, one after another, and sweep behind dead runners; gives how many were looked
    at.
    """
    running = [entry for entry in ctx.index.running() if entry.due_at <= ctx.now()]
    due = sorted(ctx.index.active(due_before=ctx.now()), key=lambda entry: entry.due_at)
    for entry in running:
        _attempt(ctx, entry, is_running=True)
    for entry in due:
        _attempt(ctx, entry, is_running=False)
    ctx.launcher.sweep()
    call_waiting(ctx, ctx.policy.max_parallel)
    return len({entry.key for entry in (*running, *due)})


def _attempt(ctx: Context, entry: ActiveEntry, *, is_running: bool) -> None:
    with bind(correlation_id=entry.correlation_id, deployment_id=entry.deployment_id):
        try:
            if is_running:
                _look_at_running(ctx, entry)
            else:
                _look(ctx, entry)
        except Exception:  # whatever is wrong with one deployment, the others get their look
            log.exception("reconciling '%s': it stays due", entry.key)


def _look_at_running(ctx: Context, entry: ActiveEntry) -> None:
    """Remove the entry where its operation runs no more: a host died before it could, or wrote it late."""
    advance(ctx, entry.deployment_id)
    stored = ctx.store.get(entry.deployment_id)
    operation = stored.deployment.find(entry.key) if stored else None
    if operation is None or operation.status is not OperationStatus.RUNNING:
        ctx.index.remove_running(entry.key)


def _look(ctx: Context, entry: ActiveEntry) -> None:
    numbered = parse_operation_id(entry.key)
    if numbered is None:
        expire_deployment(ctx, entry.deployment_id)
    advance(ctx, entry.deployment_id)
    stored = ctx.store.get(entry.deployment_id)
    if stored is None:
        _drop_abandoned(ctx, entry)
        return
    deployment = stored.deployment
    if numbered is None:
        _look_at_whole(ctx, entry, deployment)
    elif any(unfinished.id == entry.key for unfinished in deployment.unfinished):
        _put_off(ctx, entry, deployment)
    elif numbered[1] <= deployment.operation_count:
        ctx.index.remove_active(entry.key)
    else:
        _drop_abandoned(ctx, entry)


def _put_off(ctx: Context, entry: ActiveEntry, deployment: Deployment) -> None:
    """`advance` has set the next look at an operation that has the turn and may start; the others' is set
    here.
    """
    operation = deployment.find(entry.key)
    may_start = (
        entry.key == deployment.operation.id and deployment.operation.status is OperationStatus.PENDING
    )
    if operation is not None and not may_start:
        put_idle(ctx, operation)


def _look_at_whole(ctx: Context, entry: ActiveEntry, deployment: Deployment) -> None:
    """The entry is the deployment's own: it is to be forgotten, or expires one day, or the entry is left
    over.
    """
    if deployment.forgotten_at:
        forget(ctx, deployment)
    elif deployment.expires_at:
        schedule_expiry(ctx, deployment)
    else:
        ctx.index.remove_abandoned(entry)


def _drop_abandoned(ctx: Context, entry: ActiveEntry) -> None:
    """The entry is written before what it stands for; that never came. What was sealed for it goes, too."""
    if ctx.now() - entry.created_at <= ABANDONED_ENTRY:
        return
    # listed before the entry goes: whoever takes the id from now on seals after writing an entry of its own
    names = ctx.artifacts.names(blob_names.operation_prefix(entry.key))
    if ctx.index.remove_abandoned(entry):
        log.info("dropped the entry of '%s': it never came to be", entry.key)
        for name in names:
            ctx.artifacts.delete(name)
