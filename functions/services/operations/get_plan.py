"""GET /operations/{id}/plan: the changes of an operation's plan."""

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
    """The plan's summary as the runner wrote it, without secrets, and the plan's operation."""

    operation: Operation
    summary: dict[str, Any]


def get_plan(ctx: Context, operation_id: str) -> PlanView:
    """Return the newest plan of an operation.

    Raises RequestRefused `operation_not_found`, and `plan_not_found` before a plan is made or after it was
    deleted.
    """
    _, operation = find_operation(ctx, operation_id)
    for job in range(operation.job, 0, -1):
        summary = ctx.artifacts.read(blob_names.plan_summary(operation.id, job))
        if summary is not None:
            return PlanView(operation, json.loads(summary.data))
    raise RequestRefused(
        ProblemCode.PLAN_NOT_FOUND,
        f"operation '{operation.id}' ({operation.kind}) is '{operation.status}' and has no plan: "
        + _next_step(operation),
    )


def _next_step(operation: Operation) -> str:
    if not operation.status.is_final:
        return "try again after a runner has made one"
    if operation.error:
        return f"{operation.error.message}; POST /operations/{operation.id}/retry repeats the operation"
    plan = f"POST /deployments/{operation.deployment_id}/plan makes a new one"
    return f"it made none, or the plan was deleted after its retention period; {plan}"
