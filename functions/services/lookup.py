"""Point reads with which most use cases begin."""

from __future__ import annotations

import logging

from functions.domain.deployments.operation import Operation
from functions.domain.errors import ProblemCode, RequestRefused
from functions.domain.identifiers import is_deployment_id, parse_operation_id
from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import Heartbeat
from functions.domain.status import OperationStatus
from functions.ports import Stored
from functions.services.context import Context

log = logging.getLogger("slipway.lookup")


def find_deployment(ctx: Context, deployment_id: str) -> Stored:
    """Return the deployment.

    Raises RequestRefused `deployment_not_found`, also for a malformed id and during the deletion.
    """
    stored = ctx.store.get(deployment_id) if is_deployment_id(deployment_id) else None
    if stored is None or stored.deployment.deleted_at:
        raise RequestRefused(
            ProblemCode.DEPLOYMENT_NOT_FOUND,
            f"there is no deployment '{deployment_id[:64]}'; GET /deployments lists all",
        )
    return stored


def find_operation(ctx: Context, operation_id: str) -> tuple[Stored, Operation]:
    """Return the operation's deployment and the operation, from the same read.

    Raises RequestRefused `operation_not_found`, also for a malformed id.
    """
    parsed = parse_operation_id(operation_id)
    stored = ctx.store.get(parsed[0]) if parsed else None
    if stored is not None and not stored.deployment.deleted_at:
        operation = stored.deployment.find(operation_id) or ctx.store.operation(operation_id)
        if operation is not None:
            return stored, operation
    raise RequestRefused(
        ProblemCode.OPERATION_NOT_FOUND,
        f"there is no operation '{operation_id[:64]}'; GET /deployments/{{id}}/operations lists them",
    )


def read_heartbeat(ctx: Context, operation: Operation) -> Heartbeat | None:
    """Return the runner's last heartbeat.

    Return None if the operation does not run, if there is no heartbeat yet, or if a runner of another release
    wrote it in another form: a heartbeat is only shown, and no decision depends on it.
    """
    if operation.status is not OperationStatus.RUNNING:
        return None
    blob = ctx.artifacts.read(blob_names.heartbeat(operation.id, operation.job))
    if blob is None:
        return None
    try:
        return Heartbeat.from_json(blob.data)
    except ValueError as error:
        log.warning("reading the heartbeat of operation '%s': %s", operation.id, error)
        return None
