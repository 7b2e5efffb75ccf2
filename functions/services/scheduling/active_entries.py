"""The entries of the index: an `active` one for each unfinished operation, written before the operation
itself, and for a deployment that expires or is being forgotten; beside it a `running` one while a runner is
at work, and a `waiting` one while the operation waits for a free place (decision 0015).
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from functions.domain.deployments.deployment import Deployment
from functions.domain.deployments.operation import Operation
from functions.domain.status import OperationStatus
from functions.ports import ActiveEntry
from functions.services.context import Context

WAITING_LOOK = timedelta(hours=1)
"""How often reconcile looks at an operation that waits for a free place, which is called before that: looking
at thousands of them every few minutes would start none of them sooner.
"""


def entry_of(operation: Operation, *, due_at: datetime) -> ActiveEntry:
    """The entry of an operation."""
    return ActiveEntry(
        key=operation.id,
        deployment_id=operation.deployment_id,
        created_at=operation.created_at,
        due_at=due_at,
        correlation_id=operation.correlation_id,
    )


def deployment_entry(ctx: Context, deployment: Deployment, *, due_at: datetime) -> ActiveEntry:
    """The entry of a deployment as a whole, which expires or is being forgotten."""
    return ActiveEntry(
        key=deployment.deployment_id,
        deployment_id=deployment.deployment_id,
        created_at=ctx.now(),
        due_at=due_at,
        correlation_id=deployment.correlation_id,
    )


def register_active(ctx: Context, operation: Operation) -> None:
    """Write the entry of an operation that is about to be accepted, so that it is found whatever happens.

    Nobody calls it before `advance` has put it in line: it may never come to be. An entry that is there was
    left by a request which never got further, and as ours is not dropped as abandoned, or is that of the
    operation itself, where the request is a repeated one.
    """
    entry = entry_of(operation, due_at=soon(ctx))
    if not ctx.index.add_active(entry) and ctx.store.operation(operation.id) is None:
        ctx.index.put_active(entry)


def schedule_recovery_check(ctx: Context, operation: Operation) -> None:
    """Have reconcile look at an operation that is about to be moved by hand, should this host die before it
    has done what follows.
    """
    ctx.index.put_active(entry_of(operation, due_at=soon(ctx)))


def put_running(ctx: Context, operation: Operation) -> None:
    """Count the operation as running, and have reconcile look at it in a while."""
    ctx.index.put_running(entry_of(operation, due_at=soon(ctx)))


def put_waiting(ctx: Context, deployment: Deployment, operation: Operation) -> None:
    """Put the operation in line for a free place. Only once it is in line its next look is put off."""
    ctx.index.put_waiting(_in_line(deployment, operation))
    ctx.index.put_active(entry_of(operation, due_at=ctx.now() + WAITING_LOOK))


def remove_waiting(ctx: Context, deployment: Deployment, operation: Operation) -> None:
    """Take the operation out of the line, if it is in it."""
    ctx.index.remove_waiting(_in_line(deployment, operation))


def put_idle(ctx: Context, operation: Operation) -> None:
    """Put off the look at an operation that waits for approval, for its turn or for its next attempt, or that
    is watched by its `running` entry.
    """
    ctx.index.put_active(entry_of(operation, due_at=_idle_until(ctx, operation)))


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


def soon(ctx: Context) -> datetime:
    """When reconcile is to look should no message come before."""
    return ctx.now() + timedelta(seconds=ctx.policy.watch_seconds)


def _in_line(deployment: Deployment, operation: Operation) -> ActiveEntry:
    whose = f"{operation.created_by}\n{deployment.env_id}"
    lane = hashlib.sha256(whose.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return replace(entry_of(operation, due_at=operation.created_at), lane=lane)
