"""Cancels an operation: records the request and publishes it to the runner, or ends it without a runner.

A cancellation is only a request: if the runner's result is success, the operation succeeded (docs/rules.md
rule 5).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from functions.domain.deployments import transitions
from functions.domain.deployments.deployment import Deployment
from functions.domain.deployments.operation import Operation
from functions.domain.errors import ProblemCode, RequestRefused, StorageUnavailable
from functions.domain.failures import cancelled_failure
from functions.domain.jobs.job_contract import Heartbeat
from functions.domain.status import OperationStatus
from functions.ports import Stored
from functions.services.context import Context
from functions.services.lookup import find_deployment, find_operation, read_heartbeat
from functions.services.optimistic_retry import retry_on_conflict
from functions.services.orchestration.advance import advance
from functions.services.orchestration.signal_cancel import publish_cancel_request
from functions.services.scheduling.active_entries import schedule_recovery_check
from functions.services.scheduling.notify import notify

log = logging.getLogger("slipway.cancel")


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The cancelled operation. `stopped` is True once nothing runs any more; `heartbeat` is the runner's last
    one from before the request.
    """

    deployment: Deployment
    operation: Operation
    stopped: bool
    heartbeat: Heartbeat | None


def cancel_deployment(
    ctx: Context, deployment_id: str, *, caller: str, comment: str | None = None
) -> Cancelled:
    """Cancel the deployment's current operation.

    Raises RequestRefused `deployment_not_found`, and as `cancel_operation` does.
    """
    operation_id = find_deployment(ctx, deployment_id).deployment.operation.id
    return cancel_operation(ctx, operation_id, caller=caller, comment=comment)


def cancel_operation(
    ctx: Context, operation_id: str, *, caller: str, comment: str | None = None
) -> Cancelled:
    """Record the cancel request. An operation without a runner ends at once.

    Raises RequestRefused `operation_not_found`, `not_cancellable`, `conflict`.
    """
    stored, operation = _record_request(ctx, operation_id, caller, comment)
    log.info("cancelling operation '%s' for '%s'", operation_id, caller)
    if not operation.status.is_final:
        publish_cancel_request(ctx, operation)
    heartbeat = read_heartbeat(ctx, operation)
    try:
        advance(ctx, operation.deployment_id)
    except StorageUnavailable:
        notify(ctx, stored.deployment)
    stored, operation = find_operation(ctx, operation_id)
    stopped = operation.status is OperationStatus.CANCELLED
    if operation.status.is_final and not stopped:
        raise _already_ended(operation)
    return Cancelled(stored.deployment, operation, stopped, heartbeat)


def _record_request(
    ctx: Context, operation_id: str, caller: str, comment: str | None
) -> tuple[Stored, Operation]:
    def write() -> tuple[Stored, Operation]:
        stored, operation = find_operation(ctx, operation_id)
        if operation.status is OperationStatus.CANCELLED or operation.cancel_requested_at:
            return stored, operation
        if operation.status.is_final:
            raise _already_ended(operation)
        stored = _commit_request(ctx, stored, operation, caller, comment)
        return stored, stored.deployment.find(operation_id) or operation

    return retry_on_conflict(f"cancelling operation '{operation_id}'", write)


def _commit_request(
    ctx: Context, stored: Stored, operation: Operation, caller: str, comment: str | None
) -> Stored:
    deployment = stored.deployment
    schedule_recovery_check(ctx, operation)
    is_current = operation.id == deployment.operation.id and operation.is_ready
    if is_current:
        return ctx.store.commit(
            stored, transitions.cancel_requested(deployment, operation, ctx.now(), caller, comment)
        )
    # The operation waits for others or for approval, so no job of it runs.
    failure = cancelled_failure(caller, comment)
    requested = operation.cancel_requested(ctx.now(), caller, comment)
    return ctx.store.commit(stored, transitions.terminated(deployment, requested, failure, ctx.now(), caller))


def _already_ended(operation: Operation) -> RequestRefused:
    return RequestRefused(
        ProblemCode.NOT_CANCELLABLE,
        f"operation '{operation.id}' has ended as '{operation.status}': there is nothing to cancel",
    )
