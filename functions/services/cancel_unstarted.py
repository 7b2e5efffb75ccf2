"""Cancelling an operation that no runner is at work on."""

from __future__ import annotations

from functions.domain.job import Failure, JobResult, Outcome
from functions.domain.status import Resources
from functions.ports import Stored
from functions.services.claims import take_apply
from functions.services.context import Context


def cancel_unstarted(ctx: Context, stored: Stored) -> bool:
    """End the operation as cancelled, after making sure that nothing can apply any more. Always True: look
    again.
    """
    deployment = stored.deployment
    operation = deployment.operation
    nothing_applied = take_apply(ctx, operation.id)
    result = JobResult(
        outcome=Outcome.CANCELLED,
        resources=Resources.UNKNOWN,
        applied=not nothing_applied,
        ended_at=ctx.now(),
        failure=Failure(
            "cancelled", f"cancelled by '{operation.cancel_requested_by}' before anything was applied"
        ),
        by="slipway",
    )
    ctx.store.commit(stored, deployment.ended(result))
    return True
