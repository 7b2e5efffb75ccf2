"""Every transition of a deployment. Each returns the change to commit: the deployment after the transition,
and the events that record it. An illegal transition raises IllegalTransition.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from functions.domain.clock import optional_text
from functions.domain.deployments.change import Change, ChangeBuilder
from functions.domain.deployments.deployment import Deployment, IdempotencyRecord
from functions.domain.deployments.job_outcome import apply_result, result_detail
from functions.domain.deployments.operation import Decision, Operation
from functions.domain.deployments.operation_transitions import TransitionName
from functions.domain.errors import IllegalTransition
from functions.domain.failures import Failure, cancelled_failure
from functions.domain.identifiers import SLIPWAY
from functions.domain.jobs.job_contract import JobResult
from functions.domain.status import Approval, OperationKind, Resources


def accepted(deployment: Deployment) -> Change:
    """Create a deployment."""
    builder = ChangeBuilder(deployment)
    builder.record_event("accepted", deployment.created_at, deployment.created_by, deployment.operation)
    return builder.change()


def operation_accepted(
    deployment: Deployment, operation: Operation, record: IdempotencyRecord | None = None
) -> Change:
    """Add an operation at the end of the queue."""
    repeats_request = operation.retry_of is not None and operation.retry_of == deployment.request_operation
    builder = ChangeBuilder(
        replace(
            deployment,
            operation_count=operation.number,
            pruned=(),
            request_operation=operation.id if repeats_request else deployment.request_operation,
        )
    )
    builder.update(operation)
    detail = {"kind": operation.kind, **({"comment": operation.comment} if operation.comment else {})}
    builder.record_event("operation_accepted", operation.created_at, operation.created_by, operation, detail)
    return builder.change(record)


def job_started(deployment: Deployment, at: datetime, execution: str | None) -> Change:
    """Record that the next job was started. `execution` is None if the platform refused to start it.

    From its first job on, the operation has its own copy of its inputs, from which its plan is made.
    """
    moved = deployment.operation.job_started(at, execution)
    if moved.kind in (OperationKind.PLAN, OperationKind.APPLY):
        parameters, secrets = deployment.inputs(deployment.operation)
        moved = replace(moved, parameters=parameters, secrets=secrets)
    detail = {"job": moved.job, "execution": execution}
    return _moved(deployment, moved, TransitionName.JOB_STARTED, at, SLIPWAY, detail=detail)


def job_abandoned(deployment: Deployment, at: datetime, *, reason: str, not_before: datetime) -> Change:
    """Record that the current job ended without any effect. The next may start at `not_before`."""
    moved = deployment.operation.job_abandoned(not_before)
    detail = {"job": moved.job, "reason": reason}
    return _moved(deployment, moved, TransitionName.JOB_ABANDONED, at, SLIPWAY, detail=detail)


def runner_silent(deployment: Deployment, at: datetime) -> Change:
    """Record that the runner has sent no heartbeat for too long."""
    moved = deployment.operation.silent(at)
    return _moved(deployment, moved, "runner_silent", at, SLIPWAY, detail={"job": moved.job})


def runner_heard(deployment: Deployment, at: datetime) -> Change:
    """Record that the silent runner sent a heartbeat again."""
    moved = deployment.operation.silent(None)
    return _moved(deployment, moved, "runner_heard", at, SLIPWAY, detail={"job": moved.job})


def planned(deployment: Deployment, result: JobResult) -> Change:
    """Record the saved plan of the current operation, which now awaits approval; the next becomes current.

    If the operation was cancelled while the plan was made, it ends.
    """
    moved = deployment.operation.planned(result)
    builder = ChangeBuilder(deployment)
    builder.update(moved)
    detail = {"job": moved.job, "changes": result.changes}
    builder.record_event(TransitionName.PLANNED, result.ended_at, SLIPWAY, moved, detail)
    if moved.cancel_requested_at is not None:
        by = moved.cancel_requested_by or SLIPWAY
        builder.terminate(moved, cancelled_failure(by), result.ended_at, by)
    return builder.change()


def decided(deployment: Deployment, operation: Operation, decision: Decision) -> Change:
    """Record the approval or rejection of an operation.

    An approved operation moves ahead of those that need no approval. A rejected one ends. If a user request
    is rejected, all operations that await its approval end.
    """
    builder = ChangeBuilder(deployment)
    builder.decide(operation, decision)
    if operation.id == deployment.request_operation and operation.approval is Approval.REQUEST:
        builder.decide_request(operation, decision)
    return builder.change()


def terminated(
    deployment: Deployment, operation: Operation, failure: Failure, at: datetime, by: str = SLIPWAY
) -> Change:
    """End an operation without a runner, with a failure."""
    builder = ChangeBuilder(deployment)
    builder.terminate(operation, failure, at, by)
    return builder.change()


def cancel_requested(
    deployment: Deployment, operation: Operation, at: datetime, by: str, comment: str | None = None
) -> Change:
    """Record a request to cancel an operation."""
    moved = operation.cancel_requested(at, by, comment)
    detail = {"comment": comment} if comment else {}
    return _moved(deployment, moved, "cancel_requested", at, by, detail=detail)


def ended(deployment: Deployment, result: JobResult) -> Change:
    """End the current operation with this result.

    The same change applies the result to the deployment, ends operations whose saved plan is stale now, and
    makes the next operation current.
    """
    operation = deployment.operation.ended(result)
    builder = ChangeBuilder(apply_result(deployment, operation, result))
    builder.update(operation)
    detail = result_detail(operation, result)
    builder.record_event(operation.status, result.ended_at, SLIPWAY, operation, detail)
    builder.settle(operation)
    if result.applied:
        builder.make_stale(result.ended_at)
    return builder.change()


def late_result(deployment: Deployment, at: datetime, *, outcome: str, artifact: str) -> Change:
    """Record the outcome that a runner reported after its job already had a result, which stays."""
    moved = deployment.operation.with_late_result(outcome)
    detail = {"outcome": outcome, "artifact": artifact}
    return _moved(deployment, moved, "late_result", at, SLIPWAY, detail=detail)


def expiry_announced(deployment: Deployment, at: datetime) -> Change:
    """Record, once, that the deployment expires soon."""
    _refuse_deleted(deployment, "announcing the expiry of")
    if deployment.expires_at is None or deployment.expiry_told_at is not None:
        reason = "it never expires" if deployment.expires_at is None else "it was announced before"
        raise _illegal(deployment, "announcing the expiry of", reason)
    detail = {"expires_at": optional_text(deployment.expires_at)}
    return _recorded(replace(deployment, expiry_told_at=at), "expires_soon", at, SLIPWAY, detail)


def expired(deployment: Deployment, at: datetime) -> Change:
    """Record that the time to live has ended. It ends once: people handle a destroy that fails."""
    _refuse_deleted(deployment, "expiring")
    if deployment.expires_at is None:
        raise _illegal(deployment, "expiring", "it never expires")
    return _recorded(replace(deployment, expires_at=None), "expired", at, SLIPWAY)


def pruned(deployment: Deployment, at: datetime, kinds: Sequence[str]) -> Change:
    """Record that retention has deleted blobs of these kinds."""
    _refuse_living(deployment, "pruning")
    kept = replace(deployment, pruned=(*deployment.pruned, *kinds))
    return _recorded(kept, "pruned", at, SLIPWAY, {"removed": list(kinds)})


def deleted(deployment: Deployment, at: datetime, by: str) -> Change:
    """Begin the deletion. From then on the API does not return the deployment."""
    _refuse_living(deployment, "deleting")
    return _recorded(replace(deployment, deleted_at=at), "forgotten", at, by)


def output_revealed(deployment: Deployment, at: datetime, by: str, output: str) -> Change:
    """Record that a caller was shown a sensitive output."""
    _refuse_deleted(deployment, "revealing an output of")
    if output not in deployment.sensitive_outputs:
        raise _illegal(deployment, "revealing an output of", f"it has no sensitive output '{output}'")
    return _recorded(deployment, "output_revealed", at, by, {"output": output})


def _refuse_deleted(deployment: Deployment, doing: str) -> None:
    if deployment.deleted_at is not None:
        raise _illegal(deployment, doing, "it is being deleted")


def _refuse_living(deployment: Deployment, doing: str) -> None:
    _refuse_deleted(deployment, doing)
    if deployment.unfinished:
        raise _illegal(deployment, doing, f"operation '{deployment.unfinished[0].id}' is unfinished")
    if deployment.resources is not Resources.NONE:
        raise _illegal(deployment, doing, f"its resources are '{deployment.resources}'")


def _illegal(deployment: Deployment, doing: str, reason: str) -> IllegalTransition:
    return IllegalTransition(f"{doing} deployment '{deployment.deployment_id}': {reason}")


def _moved(
    deployment: Deployment, operation: Operation, name: str, at: datetime, by: str, *, detail: dict[str, Any]
) -> Change:
    """Return a change of one operation with one event."""
    builder = ChangeBuilder(deployment)
    builder.update(operation)
    return builder.record_event(name, at, by, operation, detail).change()


def _recorded(
    deployment: Deployment, name: str, at: datetime, by: str, detail: dict[str, Any] | None = None
) -> Change:
    """Return a change of the deployment itself with one event."""
    return ChangeBuilder(deployment).record_event(name, at, by, None, detail).change()
