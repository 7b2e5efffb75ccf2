"""Blocks operations while the deployment has a state that could not be written and was not recovered."""

from __future__ import annotations

from functions.domain.deployments import transitions
from functions.domain.deployments.deployment import Deployment
from functions.domain.failures import Failure, FailureCode
from functions.domain.status import OperationKind
from functions.ports import Stored
from functions.services.context import Context
from functions.services.orchestration.commit_change import commit_change


def recovery_needed(deployment: Deployment) -> str:
    """Return a text that says what is wrong and what to do."""
    return (
        f"deployment '{deployment.deployment_id}' has a state that could not be written to its backend, so "
        "the current state does not list all resources: POST "
        f"/deployments/{deployment.deployment_id}/recover writes it, "
        '"discard_errored_state": true in the body continues without it'
    )


def fail_if_recovery_pending(ctx: Context, stored: Stored) -> bool:
    """End the current operation if an earlier one has changed the errored state while it waited.

    Return True if the operation was ended.
    """
    failure = _blocking_failure(stored.deployment)
    if failure is None:
        return False
    operation = stored.deployment.operation
    commit_change(ctx, stored, transitions.terminated(stored.deployment, operation, failure, ctx.now()))
    return True


def _blocking_failure(deployment: Deployment) -> Failure | None:
    operation = deployment.operation
    if operation.kind is OperationKind.RECOVER and operation.errored_state != deployment.errored_state:
        return Failure(
            FailureCode.ERRORED_STATE_MISSING,
            "the state to recover has changed since the operation was created; "
            f"check GET /deployments/{deployment.deployment_id} before you recover again",
        )
    if not deployment.errored_state or not operation.kind.needs_state or operation.discards_errored_state:
        return None
    return Failure(FailureCode.RECOVERY_NEEDED, recovery_needed(deployment))
