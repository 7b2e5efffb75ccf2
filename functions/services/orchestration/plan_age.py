"""Checks whether a saved plan is too old to be approved or applied."""

from __future__ import annotations

from datetime import timedelta

from functions.domain.deployments.operation import Operation
from functions.domain.failures import Failure, FailureCode
from functions.services.context import Context


def stale_plan_failure(ctx: Context, operation: Operation) -> Failure | None:
    """Return the failure of an operation whose plan is older than the limit, else None."""
    limit = timedelta(seconds=ctx.policy.plan_seconds)
    if operation.plan is None or ctx.now() - operation.plan.planned_at <= limit:
        return None
    return Failure(
        FailureCode.PLAN_STALE,
        f"the plan is older than {ctx.policy.plan_seconds} s (SLIPWAY_PLAN_SECONDS); "
        f"POST /operations/{operation.id}/retry makes a new one",
    )
