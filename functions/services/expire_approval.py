"""Waiting for approval has a limit: then the operation is rejected, and says so."""

from __future__ import annotations

from functions.domain.job import Failure
from functions.domain.status import OperationStatus
from functions.ports import Stored
from functions.services.active_entries import approval_ends
from functions.services.context import Context


def expire_approval(ctx: Context, stored: Stored) -> bool:
    """End one operation whose approval has been awaited for too long. True if there was one."""
    for operation in stored.deployment.unfinished:
        if operation.status is not OperationStatus.AWAITING_APPROVAL:
            continue
        if approval_ends(ctx, operation) > ctx.now():
            continue
        failure = Failure(
            "approval_expired",
            f"nobody approved it within {ctx.policy.approval_seconds} s (SLIPWAY_APPROVAL_SECONDS); "
            f"POST /operations/{operation.id}/retry asks again",
        )
        ctx.store.commit(
            stored, stored.deployment.given_up(operation, "approval_expired", failure, ctx.now())
        )
        return True
    return False
