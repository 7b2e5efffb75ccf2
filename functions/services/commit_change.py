"""Committing a change of a deployment, and bringing the index in line with it.

A host may die after the commit: the entries of before are still there, so reconcile looks at the deployment
again, and `restore_entries` writes what follows from its state alone.
"""

from __future__ import annotations

from functions.domain.change import Change
from functions.domain.deployment import Deployment
from functions.domain.status import OperationStatus
from functions.ports import Stored
from functions.services.active_entries import park_waiting, put_idle, put_running
from functions.services.context import Context
from functions.services.due import note_due
from functions.services.entry_changes import EntryChanges, entry_changes
from functions.services.next_step import Next
from functions.services.watch import ring_waiting


def commit_change(ctx: Context, stored: Stored, change: Change) -> Stored:
    """Commit the change, then write the list rows and entries that follow from it.

    Where an operation has ended or stops running, whoever waits longest is called, unless the deployment
    itself takes the place next.
    """
    after = ctx.store.commit(stored, change)
    changes = entry_changes(stored.deployment, change)
    if not changes:
        return after
    for operation in changes.started:
        put_running(ctx, operation)
    ctx.index.put_list_rows(after.deployment)
    note_due(ctx, after.deployment)
    for operation in changes.released:
        put_idle(ctx, operation)
    # last: the entry is what brings reconcile back where the list rows could not be written
    for operation in changes.ended:
        ctx.index.remove_active(operation.id)
    if (changes.ended or changes.released) and not _takes_place(after.deployment, changes):
        ring_waiting(ctx)
    return after


def commit_step(ctx: Context, stored: Stored, change: Change) -> Next:
    """Commit the change; tell whether the operation that has the turn now needs a further step."""
    deployment = commit_change(ctx, stored, change).deployment
    needs_step = deployment.operation.status in (OperationStatus.PENDING, OperationStatus.RUNNING)
    return Next.AGAIN if needs_step else Next.DONE


def _takes_place(deployment: Deployment, changes: EntryChanges) -> bool:
    """True if an operation of the deployment may start at once; one that was released starts later."""
    released = {operation.id for operation in changes.released}
    return deployment.operation.status is OperationStatus.PENDING and deployment.operation.id not in released


def restore_entries(ctx: Context, deployment: Deployment) -> None:
    """Write the list rows and entries of a deployment whose operations all await approval or have ended.

    Nothing is rung: a host that died before it rang leaves that to reconcile.
    """
    park_waiting(ctx, deployment)
    ctx.index.put_list_rows(deployment)
    note_due(ctx, deployment)
    if deployment.operation.status.is_final:
        ctx.index.remove_active(deployment.operation.id)
