"""Applies a job's result to its deployment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from functions.domain.codec import to_plain
from functions.domain.deployments.deployment import Deployment
from functions.domain.deployments.operation import Operation
from functions.domain.identifiers import SLIPWAY
from functions.domain.jobs.job_contract import JobResult
from functions.domain.jobs.terraform_state import StateRecord
from functions.domain.status import OperationKind, OperationStatus, Resources


def apply_result(deployment: Deployment, operation: Operation, result: JobResult) -> Deployment:
    """Return the deployment after the job. If nothing was applied, it keeps outputs, state and resources."""
    if result.errored_state:
        deployment = replace(deployment, errored_state=result.errored_state)
    if not result.applied:
        return deployment
    if operation.discards_errored_state and not result.errored_state:
        deployment = replace(deployment, errored_state=None)
    destroyed = operation.kind is OperationKind.DESTROY and operation.status is OperationStatus.SUCCEEDED
    is_gone = destroyed and result.resources is Resources.NONE
    moved = replace(
        deployment,
        resources=_resources(deployment, operation, result),
        state=result.state if is_gone else _newer(deployment.state, result.state),
    )
    if destroyed:
        return replace(moved, outputs={}, sensitive_outputs=(), sealed_outputs=None, errored_state=None)
    if operation.kind is OperationKind.RECOVER and operation.status is OperationStatus.SUCCEEDED:
        return replace(moved, errored_state=None)
    if operation.kind is not OperationKind.APPLY:
        return moved
    if operation.parameters is not None:
        moved = replace(moved, parameters=operation.parameters, secrets=deployment.inputs(operation)[1])
    if operation.status is not OperationStatus.SUCCEEDED:
        return moved
    return replace(
        moved,
        outputs=result.outputs,
        sensitive_outputs=result.sensitive_outputs,
        sealed_outputs=result.sealed_outputs,
    )


def _resources(deployment: Deployment, operation: Operation, result: JobResult) -> Resources:
    """Return whether the deployment has resources.

    `unknown` stays `unknown` after an operation that failed and made nothing, and after the destroy of an
    expiry. The state does not list resources that a lost apply created, so a person has to check.
    """
    by_expiry = operation.kind is OperationKind.DESTROY and operation.created_by == SLIPWAY
    is_proof = operation.status is OperationStatus.SUCCEEDED and not by_expiry
    if deployment.resources is not Resources.UNKNOWN or is_proof or result.resources is Resources.SOME:
        return result.resources
    return Resources.UNKNOWN


def _newer(before: StateRecord | None, current: StateRecord | None) -> StateRecord | None:
    """Return the current state. If serial and lineage are unchanged, keep the old timestamp."""
    if before is None or current is None:
        return current or before
    is_same = (before.serial, before.lineage) == (current.serial, current.lineage)
    return replace(current, last_modified=before.last_modified) if is_same else current


def result_detail(operation: Operation, result: JobResult) -> dict[str, Any]:
    """Return the detail of the event that records the result."""
    detail: dict[str, Any] = {"job": operation.job, "by": result.by}
    if result.failure:
        detail |= {"code": result.failure.code, "message": result.failure.message}
    if operation.lock_id:
        detail["lock_id"] = operation.lock_id
    if result.lock:
        detail["lock"] = to_plain(result.lock)
    if operation.cancel_requested_at and operation.status is not OperationStatus.CANCELLED:
        detail["cancel"] = "came too late"
    return detail
