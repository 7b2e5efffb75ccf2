"""GET /operations/{id}: one operation, and its position in the queue of its deployment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from functions.domain.deployments.deployment import Deployment
from functions.domain.deployments.operation import Operation
from functions.domain.jobs.job_contract import Heartbeat
from functions.domain.status import OperationStatus
from functions.services.context import Context
from functions.services.lookup import find_operation, read_heartbeat
from functions.services.scheduling.active_entries import approval_ends


@dataclass(frozen=True, slots=True)
class OperationView:
    """An operation, and the last heartbeat of its runner.

    A queued operation has a `position`, from 1, and `blocked_by`, the current operation. An operation that
    awaits approval is rejected at `awaiting_until`.
    """

    deployment: Deployment
    operation: Operation
    heartbeat: Heartbeat | None
    awaiting_until: datetime | None = None
    position: int | None = None
    blocked_by: str | None = None


def get_operation(ctx: Context, operation_id: str) -> OperationView:
    """Return an operation. Raises RequestRefused `operation_not_found`, also for a malformed id."""
    stored, operation = find_operation(ctx, operation_id)
    return view_of(ctx, stored.deployment, operation)


def view_of(ctx: Context, deployment: Deployment, operation: Operation) -> OperationView:
    """Return the operation with its position in the queue and its heartbeat."""
    heartbeat = read_heartbeat(ctx, operation)
    queue = [queued.id for queued in deployment.ready_operations]
    view = OperationView(deployment, operation, heartbeat)
    if operation.status is OperationStatus.AWAITING_APPROVAL:
        return replace(view, awaiting_until=approval_ends(ctx, operation))
    if operation.status is not OperationStatus.PENDING or operation.id not in queue[1:]:
        return view
    return replace(view, position=queue.index(operation.id), blocked_by=queue[0])
