"""The `active` entries: one for each unfinished operation, written before the operation itself, and one for a
deployment that expires or is being forgotten.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from functions.domain.deployment import Deployment
from functions.domain.operation import Operation
from functions.domain.status import OperationStatus
from functions.ports import ActiveEntry
from functions.services.context import Context


def entry_of(operation: Operation, *, due_at: datetime, parked: bool, running: bool = False) -> ActiveEntry:
    """The entry of an operation."""
    return ActiveEntry(
        key=operation.id,
        deployment_id=operation.deployment_id,
        created_at=operation.created_at,
        due_at=due_at,
        running=running,
        correlation_id=operation.correlation_id,
        parked=parked,
    )


def whole_entry(ctx: Context, deployment: Deployment, *, due_at: datetime) -> ActiveEntry:
    """The entry of a deployment as a whole, which expires or is being forgotten."""
    return ActiveEntry(
        key=deployment.deployment_id,
        deployment_id=deployment.deployment_id,
        created_at=ctx.now(),
        due_at=due_at,
        running=False,
        correlation_id=deployment.correlation_id,
        parked=True,
    )


def note_accepted(ctx: Context, operation: Operation) -> None:
    """Write the entry of an operation that is about to be accepted, so that it is found whatever happens.

    Nobody rings for it before `advance` has seen it wait: the operation may never come to be. An entry that
    is there was left by a request which never got further, and as ours is not dropped as abandoned, or is
    that of the operation itself, where the request is a repeated one.
    """
    entry = entry_of(operation, due_at=_soon(ctx), parked=True)
    if not ctx.index.add_active(entry) and ctx.store.operation(operation.id) is None:
        ctx.index.put_active(entry)


def look_soon(ctx: Context, operation: Operation) -> None:
    """Have reconcile look at an operation that is about to be moved by hand, should this host die before it
    has done what follows.
    """
    ctx.index.put_active(entry_of(operation, due_at=_soon(ctx), parked=True))


def put_running(ctx: Context, operation: Operation) -> None:
    """Count the operation as running, and have reconcile look at it in a while."""
    ctx.index.put_active(entry_of(operation, due_at=_soon(ctx), parked=False, running=True))


def put_waiting(ctx: Context, operation: Operation, *, due_at: datetime) -> None:
    """Have the operation called when a place becomes free."""
    ctx.index.put_active(entry_of(operation, due_at=due_at, parked=False))


def put_idle(ctx: Context, operation: Operation) -> None:
    """Have reconcile look at an operation that waits for approval, for its turn or for its next attempt."""
    ctx.index.put_active(entry_of(operation, due_at=_idle_until(ctx, operation), parked=True))


def park_waiting(ctx: Context, deployment: Deployment) -> None:
    """Put off the looks at those that wait for somebody's approval, or for their turn."""
    for operation in deployment.unfinished:
        awaits_approval = operation.status is OperationStatus.AWAITING_APPROVAL
        if awaits_approval or operation.id != deployment.operation.id:
            put_idle(ctx, operation)


def approval_ends(ctx: Context, operation: Operation) -> datetime:
    """When an operation that awaits approval has waited for too long."""
    since = operation.awaiting_since or operation.created_at
    return since + timedelta(seconds=ctx.policy.approval_seconds)


def _idle_until(ctx: Context, operation: Operation) -> datetime:
    if operation.status is OperationStatus.AWAITING_APPROVAL:
        return approval_ends(ctx, operation)
    if operation.not_before is not None:
        return max(operation.not_before, ctx.now())
    return ctx.now() + timedelta(seconds=10 * ctx.policy.watch_seconds)


def _soon(ctx: Context) -> datetime:
    return ctx.now() + timedelta(seconds=ctx.policy.watch_seconds)
