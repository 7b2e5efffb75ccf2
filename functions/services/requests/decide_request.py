"""PUT /api/v1/admin/requests/{id}/approve and /reject."""

from __future__ import annotations

from functions.domain.deployments.deployment import Deployment
from functions.domain.errors import ProblemCode, RequestRefused
from functions.domain.status import Approval
from functions.services.context import Context
from functions.services.lookup import find_operation
from functions.services.operations.decide_operation import DecisionRequest, decide_operation
from functions.services.requests.get_request import get_request


def decide_request(
    ctx: Context, request_id: str, *, approve: bool, caller: str, comment: str | None
) -> Deployment:
    """Approve or reject the request, and return the deployment that backs it.

    Never decides on a plan, which is approved as an operation. Raises RequestRefused `request_not_found`, and
    as `decide_operation` does.
    """
    deployment = get_request(ctx, request_id)
    _, operation = find_operation(ctx, deployment.request_operation or deployment.task_id)
    if operation.awaits is Approval.PLAN:
        raise RequestRefused(
            ProblemCode.NOT_AWAITING_APPROVAL,
            f"request '{request_id}' is approved; now its plan awaits approval: "
            f"see /operations/{operation.id}/plan and POST /operations/{operation.id}/approve or /reject",
        )
    return decide_operation(ctx, operation.id, DecisionRequest(approve, caller, comment)).deployment
