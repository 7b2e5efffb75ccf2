"""Repeats an operation that failed, was rejected or had a stale plan."""

from __future__ import annotations

from functions.domain.errors import ProblemCode, RequestRefused
from functions.domain.status import Approval, OperationStatus
from functions.services.admission.idempotency import IdempotencyKey
from functions.services.context import Context
from functions.services.lookup import find_operation
from functions.services.operations.create_operation import (
    AcceptedOperation,
    OperationRequest,
    create_operation,
)


def retry_operation(
    ctx: Context, operation_id: str, *, caller: str, correlation_id: str, key: IdempotencyKey | None
) -> AcceptedOperation:
    """Create a new operation of the same kind, with the same parameters and the same approval.

    Raises RequestRefused `operation_not_found`, `not_retryable` for an operation that is unfinished or
    succeeded, and as `create_operation` does.
    """
    _, operation = find_operation(ctx, operation_id)
    if not operation.status.is_final or operation.status is OperationStatus.SUCCEEDED:
        raise RequestRefused(
            ProblemCode.NOT_RETRYABLE,
            f"operation '{operation_id}' is '{operation.status}': only a failed, cancelled or rejected "
            "operation can be retried",
        )
    request = OperationRequest(
        kind=operation.kind,
        body={"retry": operation_id},
        again=operation,
        lock_id=operation.lock_id,
        discards_errored_state=operation.discards_errored_state,
        approval=operation.approval if operation.approval is not Approval.NONE else None,
        comment=f"retry of '{operation_id}'",
    )
    return create_operation(
        ctx, operation.deployment_id, request, caller=caller, correlation_id=correlation_id, key=key
    )
