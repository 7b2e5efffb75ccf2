"""Rejects operations that have awaited approval for too long."""

from __future__ import annotations

from functions.domain.deployments import transitions
from functions.domain.failures import Failure, FailureCode
from functions.domain.status import OperationStatus
from functions.ports import Stored
from functions.services.context import Context
from functions.services.orchestration.commit_change import commit_change
from functions.services.orchestration.next_step import Next
from functions.services.scheduling.active_entries import approval_ends


def expire_approval(ctx: Context, stored: Stored) -> Next:
    """Reject one operation that has awaited approval for too long. Return AGAIN then: there may be more."""
    for operation in stored.deployment.unfinished:
        if operation.status is not OperationStatus.AWAITING_APPROVAL:
            continue
        if approval_ends(ctx, operation) > ctx.now():
            continue
        failure = Failure(
            FailureCode.APPROVAL_EXPIRED,
            f"nobody approved it within {ctx.policy.approval_seconds} s (SLIPWAY_APPROVAL_SECONDS); "
            f"POST /operations/{operation.id}/retry requests approval again",
        )
        commit_change(ctx, stored, transitions.terminated(stored.deployment, operation, failure, ctx.now()))
        return Next.AGAIN
    return Next.DONE
