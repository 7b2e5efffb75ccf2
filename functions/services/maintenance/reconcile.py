"""The backstop for lost messages: advances every unfinished deployment that is due, and fills free capacity.

It reads the index only and never scans.
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
from functions.services.deployments.purge_deployment import purge
from functions.services.maintenance.expire_deployment import expire_deployment
from functions.services.orchestration.advance import advance
from functions.services.scheduling.active_entries import put_idle
from functions.services.scheduling.expiry import schedule_expiry
from functions.services.scheduling.notify import wake_waiting

log = logging.getLogger("slipway.reconcile")

ABANDONED_ENTRY = timedelta(minutes=10)
"""Age at which an `active` entry whose deployment or operation was never written is removed (docs/rules.md
rule 1).
"""


def reconcile(ctx: Context) -> int:
    """Advance all due deployments in sequence, and clean up after dead runners. Return how many were due."""
    running = [entry for entry in ctx.index.running() if entry.due_at <= ctx.now()]
    due = sorted(ctx.index.active(due_before=ctx.now()), key=lambda entry: entry.due_at)
    for entry in running:
        _attempt(ctx, entry, is_running=True)
    for entry in due:
        _attempt(ctx, entry, is_running=False)
    ctx.launcher.sweep()
    wake_waiting(ctx, ctx.policy.max_parallel)
    return len({entry.key for entry in (*running, *due)})


def _attempt(ctx: Context, entry: ActiveEntry, *, is_running: bool) -> None:
    with bind(correlation_id=entry.correlation_id, deployment_id=entry.deployment_id):
        try:
            if is_running:
                _check_running(ctx, entry)
            else:
                _check_active(ctx, entry)
        except Exception:  # an error in one deployment must not stop the others
            log.exception("reconciling '%s': it stays due", entry.key)


def _check_running(ctx: Context, entry: ActiveEntry) -> None:
    """Advance the deployment, and remove the entry if its operation does not run any more.

    Such an entry is left if a host died before it could remove it, or wrote it late.
    """
    advance(ctx, entry.deployment_id)
    stored = ctx.store.get(entry.deployment_id)
    operation = stored.deployment.find(entry.key) if stored else None
    if operation is None or operation.status is not OperationStatus.RUNNING:
        ctx.index.remove_running(entry.key)


def _check_active(ctx: Context, entry: ActiveEntry) -> None:
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
        _check_deployment_entry(ctx, entry, deployment)
    elif any(unfinished.id == entry.key for unfinished in deployment.unfinished):
        _postpone(ctx, entry, deployment)
    elif numbered[1] <= deployment.operation_count:
        ctx.index.remove_active(entry.key)
    else:
        _drop_abandoned(ctx, entry)


def _postpone(ctx: Context, entry: ActiveEntry, deployment: Deployment) -> None:
    """Schedule the next check, unless the operation is current and may start: then `advance` has done so."""
    operation = deployment.find(entry.key)
    may_start = (
        entry.key == deployment.operation.id and deployment.operation.status is OperationStatus.PENDING
    )
    if operation is not None and not may_start:
        put_idle(ctx, operation)


def _check_deployment_entry(ctx: Context, entry: ActiveEntry, deployment: Deployment) -> None:
    """Handle a deployment's own entry: delete the deployment, schedule its expiry, or remove the entry."""
    if deployment.deleted_at:
        purge(ctx, deployment)
    elif deployment.expires_at:
        schedule_expiry(ctx, deployment)
    else:
        ctx.index.remove_abandoned(entry)


def _drop_abandoned(ctx: Context, entry: ActiveEntry) -> None:
    """Remove an old entry whose operation was never written, and the secrets that were sealed for it."""
    if ctx.now() - entry.created_at <= ABANDONED_ENTRY:
        return
    # List before removing the entry: a later request with this id writes its own entry before it seals.
    names = ctx.artifacts.names(blob_names.operation_prefix(entry.key))
    if ctx.index.remove_abandoned(entry):
        log.info("dropped the entry of '%s': it was never written", entry.key)
        for name in names:
            ctx.artifacts.delete(name)
