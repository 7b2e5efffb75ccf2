"""A state that could not be written: nothing may be planned over it before somebody has decided about it."""

from __future__ import annotations

from functions.domain.deployment import Deployment
from functions.domain.job import Failure
from functions.ports import Stored
from functions.services.context import Context


def recovery_needed(deployment: Deployment) -> str:
    """What is the matter, and what to do."""
    return (
        f"deployment '{deployment.deployment_id}' has a state that could not be written to its back end, so "
        "the one that is there does not know all that was made: POST "
        f"/deployments/{deployment.deployment_id}/recover writes it, "
        '"discard_errored_state": true in the body goes on without it'
    )


def refuse_unrecovered(ctx: Context, stored: Stored) -> bool:
    """End the operation that has the turn where an earlier one has left such a state behind while it waited.
    True if it did.
    """
    deployment, operation = stored.deployment, stored.deployment.operation
    if not deployment.errored_state or not operation.kind.needs_state or operation.discards_errored_state:
        return False
    failure = Failure("recovery_needed", recovery_needed(deployment))
    ctx.store.commit(stored, deployment.given_up(operation, "failed", failure, ctx.now()))
    return True
