"""Point reads that most use cases begin with."""

from __future__ import annotations

from functions.domain import artifacts
from functions.domain.errors import RequestRefused
from functions.domain.identifiers import is_deployment_id
from functions.domain.job import Heartbeat
from functions.domain.operation import Operation
from functions.domain.status import OperationStatus
from functions.ports import Stored
from functions.services.context import Context


def find_deployment(ctx: Context, deployment_id: str) -> Stored:
    """The deployment. Raises RequestRefused `deployment_not_found`, also for what is no deployment id."""
    stored = ctx.store.get(deployment_id) if is_deployment_id(deployment_id) else None
    if stored is None:
        raise RequestRefused("deployment_not_found", f"there is no deployment '{deployment_id[:64]}'")
    return stored


def read_heartbeat(ctx: Context, operation: Operation) -> Heartbeat | None:
    """How far the runner is, or None where none is at work or it has not said yet."""
    if operation.status is not OperationStatus.RUNNING:
        return None
    found = ctx.artifacts.read(artifacts.heartbeat(operation.id, operation.job))
    return Heartbeat.from_json(found.data) if found else None
