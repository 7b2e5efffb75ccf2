"""Writes and removes the index entries that lead reconcile to unfinished work (decision 0015).

| entry | exists |
|---|---|
| `active` of an operation | from before the operation is written until it has ended |
| `active` of a deployment | while it has an expiry time, or is being deleted |
| `running` | while a runner works on the operation, besides `active` |
| `waiting` | while the operation waits for capacity, besides `active` |
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

WAITING_CHECK_INTERVAL = timedelta(hours=1)
"""The interval at which reconcile checks an operation that waits for capacity.

A finishing operation wakes it sooner; checking thousands of them every few minutes would start none earlier.
"""


def entry_of(operation: Operation, *, due_at: datetime) -> ActiveEntry:
    """Return the entry of an operation."""
    return ActiveEntry(
        key=operation.id,
        deployment_id=operation.deployment_id,
        created_at=operation.created_at,
        due_at=due_at,
        correlation_id=operation.correlation_id,
    )


def deployment_entry(ctx: Context, deployment: Deployment, *, due_at: datetime) -> ActiveEntry:
    """Return the entry of a deployment itself, which has an expiry time or is being deleted."""
    return ActiveEntry(
        key=deployment.deployment_id,
        deployment_id=deployment.deployment_id,
        created_at=ctx.now(),
        due_at=due_at,
        correlation_id=deployment.correlation_id,
    )


def register_active(ctx: Context, operation: Operation) -> None:
    """Write the entry of an operation that is about to be written, so that reconcile finds it in any case.

    An existing entry has one of two origins. A request that was interrupted left it: then it is overwritten,
    so that it is not removed as abandoned. Or the request is a repeated one and the operation exists: then
    the entry stays.
    """
    entry = entry_of(operation, due_at=soon(ctx))
    if not ctx.index.add_active(entry) and ctx.store.operation(operation.id) is None:
        ctx.index.put_active(entry)


def schedule_recovery_check(ctx: Context, operation: Operation) -> None:
    """Let reconcile check an operation that a caller is about to change, in case this host dies before it has
    notified the dispatcher.
    """
    ctx.index.put_active(entry_of(operation, due_at=soon(ctx)))


def put_running(ctx: Context, operation: Operation) -> None:
    """Count the operation as running, and schedule its next check by reconcile."""
    ctx.index.put_running(entry_of(operation, due_at=soon(ctx)))


def put_waiting(ctx: Context, deployment: Deployment, operation: Operation) -> None:
    """Add the operation to those that wait for capacity. After that, and not before, postpone its check."""
    ctx.index.put_waiting(_waiting_entry(deployment, operation))
    ctx.index.put_active(entry_of(operation, due_at=ctx.now() + WAITING_CHECK_INTERVAL))


def remove_waiting(ctx: Context, deployment: Deployment, operation: Operation) -> None:
    """Remove the operation from those that wait for capacity, if it is one of them."""
    ctx.index.remove_waiting(_waiting_entry(deployment, operation))


def put_idle(ctx: Context, operation: Operation) -> None:
    """Postpone the check of an operation that waits for approval, for other operations or for its next
    attempt, or whose `running` entry schedules its checks.
    """
    ctx.index.put_active(entry_of(operation, due_at=_idle_until(ctx, operation)))


def approval_ends(ctx: Context, operation: Operation) -> datetime:
    """Return when an operation that awaits approval is rejected."""
    since = operation.awaiting_since or operation.created_at
    return since + timedelta(seconds=ctx.policy.approval_seconds)


def _idle_until(ctx: Context, operation: Operation) -> datetime:
    if operation.status is OperationStatus.AWAITING_APPROVAL:
        return approval_ends(ctx, operation)
    if operation.not_before is not None:
        return max(operation.not_before, ctx.now())
    return ctx.now() + timedelta(seconds=10 * ctx.policy.watch_seconds)


def soon(ctx: Context) -> datetime:
    """Return when reconcile checks an operation for which no message arrives."""
    return ctx.now() + timedelta(seconds=ctx.policy.watch_seconds)


def _waiting_entry(deployment: Deployment, operation: Operation) -> ActiveEntry:
    caller_and_environment = f"{operation.created_by}\n{deployment.env_id}"
    lane = hashlib.sha256(caller_and_environment.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return replace(entry_of(operation, due_at=operation.created_at), lane=lane)
