"""Commits a change of a deployment and updates the index.

If the host dies after the commit, the old `active` entries still exist. Reconcile then checks the deployment,
and `restore_entries` writes the entries that follow from its state.
"""

from __future__ import annotations

from functions.domain.deployments.change import Change
from functions.domain.deployments.deployment import Deployment
from functions.domain.status import OperationStatus
from functions.ports import Stored
from functions.services.context import Context
from functions.services.orchestration.entry_changes import EntryChanges, entry_changes
from functions.services.orchestration.next_step import Next
from functions.services.scheduling.active_entries import put_idle, put_running, remove_waiting
from functions.services.scheduling.list_rows import write_list_rows
from functions.services.scheduling.notify import wake_waiting
from functions.services.scheduling.retention_due import note_due


def commit_change(ctx: Context, stored: Stored, change: Change) -> Stored:
    """Commit the change, then write the list rows and entries that follow from it. Return the result.

    If the change frees capacity, wake the operations that wait longest, unless the deployment itself uses it.
    """
    after = ctx.store.commit(stored, change)
    changes = entry_changes(stored.deployment, change)
    if changes:
        _write_entries(ctx, after, changes)
    if changes.freed_slots and not _uses_freed_slot(after.deployment, changes):
        wake_waiting(ctx, changes.freed_slots)
    return after


def commit_step(ctx: Context, stored: Stored, change: Change) -> Next:
    """Commit the change. Return AGAIN if the operation that is current now needs a further step."""
    deployment = commit_change(ctx, stored, change).deployment
    needs_step = deployment.operation.status in (OperationStatus.PENDING, OperationStatus.RUNNING)
    return Next.AGAIN if needs_step else Next.DONE


def restore_entries(ctx: Context, stored: Stored) -> None:
    """Write the list rows and entries of a deployment whose operations all await approval or have ended."""
    deployment = stored.deployment
    write_list_rows(ctx, stored)
    note_due(ctx, deployment)
    freed_slots = 0
    for operation in deployment.unfinished:
        put_idle(ctx, operation)
        freed_slots += operation.job > 0 and ctx.index.remove_running(operation.id)
    operation = deployment.operation
    if operation.status.is_final:
        freed_slots += ctx.index.remove_running(operation.id)
        remove_waiting(ctx, deployment, operation)
        ctx.index.remove_active(operation.id)
    if freed_slots:
        wake_waiting(ctx, freed_slots)


def _write_entries(ctx: Context, stored: Stored, changes: EntryChanges) -> None:
    deployment = stored.deployment
    for operation in changes.started:
        put_running(ctx, operation)
    write_list_rows(ctx, stored)
    note_due(ctx, deployment)
    for operation in changes.released:
        put_idle(ctx, operation)
    for operation in (*changes.released, *changes.finished):
        ctx.index.remove_running(operation.id)
    for operation in (*changes.started, *changes.dropped):
        remove_waiting(ctx, deployment, operation)
    # Last: if a write before fails, this entry leads reconcile back to the deployment.
    for operation in (*changes.finished, *changes.dropped):
        ctx.index.remove_active(operation.id)


def _uses_freed_slot(deployment: Deployment, changes: EntryChanges) -> bool:
    """Return True if an operation of the deployment may start at once. A released one starts later."""
    released = {operation.id for operation in changes.released}
    return deployment.operation.status is OperationStatus.PENDING and deployment.operation.id not in released
