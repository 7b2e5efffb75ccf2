"""PUT /api/v1/admin/requests/{id}/approve and /reject."""

from __future__ import annotations

from functions.domain.deployments.deployment import Deployment
from functions.domain.errors import ProblemCode, RequestRefused
from functions.domain.status import Approval
from functions.services.context import Context
from functions.services.lookup import find_operation
from functions.services.operations.decide_operation import DecisionRequest, decide_operation
from functions.services.requests.get_request import find_request


def decide_request(
    ctx: Context, request_id: str, *, approve: bool, caller: str, comment: str | None
) -> Deployment:
    """The deployment that the request is, after the decision on it: approve or reject the request, never a
    plan, which is looked at and decided on as an operation.

    Raises RequestRefused `request_not_found`, and what `decide_operation` does.
    """
    deployment = find_request(ctx, request_id)
    _, asked = find_operation(ctx, deployment.request_operation or deployment.task_id)
    if asked.awaits is Approval.PLAN:
        raise RequestRefused(
            ProblemCode.NOT_AWAITING_APPROVAL,
            f"request '{request_id}' is approved; what awaits approval is its plan: "
            f"see /operations/{asked.id}/plan and POST /operations/{asked.id}/approve or /reject",
        )
    return decide_operation(ctx, asked.id, DecisionRequest(approve, caller, comment)).deployment
