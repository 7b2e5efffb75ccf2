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


def entry_of(operation: Operation, *, due_at: datetime, parked: bool) -> ActiveEntry:
    """The entry of an operation that no runner is at work on."""
    return ActiveEntry(
        key=operation.id,
        deployment_id=operation.deployment_id,
        created_at=operation.created_at,
        due_at=due_at,
        running=False,
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

    One that is there was left by a request which never got further, and as ours is not dropped as abandoned,
    or is that of the operation itself, where the request is a repeated one.
    """
    due_at = ctx.now() + timedelta(seconds=ctx.policy.watch_seconds)
    entry = entry_of(operation, due_at=due_at, parked=False)
    if not ctx.index.add_active(entry) and ctx.store.operation(operation.id) is None:
        ctx.index.put_active(entry)


def look_soon(ctx: Context, operation: Operation) -> None:
    """Have reconcile look at an operation that is about to be moved by hand, should this host die before it
    has done what follows.
    """
    due_at = ctx.now() + timedelta(seconds=ctx.policy.watch_seconds)
    ctx.index.put_active(entry_of(operation, due_at=due_at, parked=False))


def park_waiting(ctx: Context, deployment: Deployment) -> None:
    """Put off the looks at those that wait for somebody's approval, or for their turn."""
    for operation in deployment.unfinished:
        if operation.status is OperationStatus.AWAITING_APPROVAL:
            due_at = approval_ends(ctx, operation)
        elif operation.id != deployment.operation.id:
            due_at = ctx.now() + timedelta(seconds=10 * ctx.policy.watch_seconds)
        else:
            continue
        ctx.index.put_active(entry_of(operation, due_at=due_at, parked=True))


def approval_ends(ctx: Context, operation: Operation) -> datetime:
    """When an operation that awaits approval has waited for too long."""
    since = operation.awaiting_since or operation.created_at
    return since + timedelta(seconds=ctx.policy.approval_seconds)
