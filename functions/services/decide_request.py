"""PUT /api/v1/admin/requests/{id}/approve and /reject."""

from __future__ import annotations

from functions.domain.deployment import Deployment
from functions.domain.errors import RequestRefused
from functions.domain.operation import Operation
from functions.domain.status import Approval, OperationStatus
from functions.services.context import Context
from functions.services.decide_operation import decide_operation
from functions.services.find_request import find_request


def decide_request(
    ctx: Context, request_id: str, *, approve: bool, caller: str, comment: str | None
) -> Deployment:
    """The deployment that the request is, after the decision on it: approve or reject the request, never a
    plan, which is looked at and decided on as an operation.

    Raises RequestRefused `request_not_found`, and what `decide_operation` does.
    """
    asked = _asked(find_request(ctx, request_id))
    if asked.approval is Approval.PLAN and asked.status is OperationStatus.AWAITING_APPROVAL:
        raise RequestRefused(
            "not_awaiting_approval",
            f"request '{request_id}' is approved; what awaits approval is its plan: "
            f"see /operations/{asked.id}/plan and POST /operations/{asked.id}/approve or /reject",
        )
    return decide_operation(ctx, asked.id, approve=approve, caller=caller, comment=comment).deployment


def _asked(deployment: Deployment) -> Operation:
    """The operation that awaits approval as a request; where none does, the one that has the turn."""
    operations = (deployment.operation, *deployment.others)
    waiting = (
        operation
        for operation in operations
        if operation.approval is Approval.REQUEST and operation.status is OperationStatus.AWAITING_APPROVAL
    )
    return next(waiting, deployment.operation)
