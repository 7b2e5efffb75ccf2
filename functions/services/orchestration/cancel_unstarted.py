"""Cancelling an operation that no runner is at work on."""

from __future__ import annotations

from functions.domain.jobs.job_contract import Failure, JobResult, Outcome
from functions.domain.status import Resources
from functions.ports import Stored
from functions.services.context import Context
from functions.services.orchestration.claims import claim_apply
from functions.services.orchestration.commit_change import commit_step
from functions.services.orchestration.next_step import Next


def cancel_unstarted(ctx: Context, stored: Stored) -> Next:
    """End the operation as cancelled, after making sure that nothing can apply any more."""
    deployment = stored.deployment
    operation = deployment.operation
    mark_not_applied = claim_apply(ctx, operation.id)
    result = JobResult(
        outcome=Outcome.CANCELLED,
        resources=Resources.UNKNOWN,
        applied=not mark_not_applied,
        ended_at=ctx.now(),
        failure=Failure(
            "cancelled", f"cancelled by '{operation.cancel_requested_by}' before anything was applied"
        ),
        by="slipway",
    )
    return commit_step(ctx, stored, deployment.ended(result))
