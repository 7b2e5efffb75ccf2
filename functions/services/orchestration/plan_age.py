"""A saved plan that is too old to be approved or applied: one call makes a new one."""

from __future__ import annotations

from datetime import timedelta

from functions.domain.deployments.operation import Operation
from functions.domain.failures import Failure, FailureCode
from functions.services.context import Context


def stale_plan_failure(ctx: Context, operation: Operation) -> Failure | None:
    """Why the operation's plan may not be applied any more, if it is older than the limit."""
    limit = timedelta(seconds=ctx.policy.plan_seconds)
    if operation.plan is None or ctx.now() - operation.plan.planned_at <= limit:
        return None
    return Failure(
        FailureCode.PLAN_STALE,
        f"the plan is older than {ctx.policy.plan_seconds} s (SLIPWAY_PLAN_SECONDS); "
        f"POST /operations/{operation.id}/retry makes a new one",
    )
