"""GET /operations/{id}/plan: what its plan would change."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from functions.domain.deployments.operation import Operation
from functions.domain.errors import ProblemCode, RequestRefused
from functions.domain.jobs import blob_names
from functions.services.context import Context
from functions.services.lookup import find_operation


@dataclass(frozen=True, slots=True)
class PlanView:
    """The summary that the runner wrote, without secrets, and the operation it belongs to."""

    operation: Operation
    summary: dict[str, Any]


def get_plan(ctx: Context, operation_id: str) -> PlanView:
    """Raises RequestRefused `operation_not_found`, `plan_not_found` while there is none, or none any more."""
    _, operation = find_operation(ctx, operation_id)
    for job in range(operation.job, 0, -1):
        found = ctx.artifacts.read(blob_names.plan_summary(operation.id, job))
        if found is not None:
            return PlanView(operation, json.loads(found.data))
    raise RequestRefused(
        ProblemCode.PLAN_NOT_FOUND,
        f"operation '{operation.id}' ({operation.kind}) is '{operation.status}' and has no plan: "
        + _what_next(operation),
    )


def _what_next(operation: Operation) -> str:
    if not operation.status.is_final:
        return "look again once a runner has made one"
    if operation.error:
        return f"{operation.error.message}; POST /operations/{operation.id}/retry asks for the same again"
    plan = f"POST /deployments/{operation.deployment_id}/plan makes a new one"
    return f"it made none, or its time to be kept is over; {plan}"
