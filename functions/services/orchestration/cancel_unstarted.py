"""Cancels an operation that has no runner."""

from __future__ import annotations

from functions.domain.deployments import transitions
from functions.domain.failures import cancelled_failure
from functions.domain.jobs.job_contract import JobResult, Outcome
from functions.ports import Stored
from functions.services.context import Context
from functions.services.orchestration.claims import claim_apply
from functions.services.orchestration.commit_change import commit_step
from functions.services.orchestration.next_step import Next


def cancel_unstarted(ctx: Context, stored: Stored) -> Next:
    """Claim the apply, so that no runner can apply any more, and end the operation as cancelled."""
    deployment = stored.deployment
    operation = deployment.operation
    applied = not claim_apply(ctx, operation.id)
    failure = cancelled_failure(operation.cancel_requested_by)
    result = JobResult.by_slipway(Outcome.CANCELLED, failure, ended_at=ctx.now(), applied=applied)
    return commit_step(ctx, stored, transitions.ended(deployment, result))
