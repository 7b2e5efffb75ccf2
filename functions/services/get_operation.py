"""GET /operations/{id}: one operation, by a point read."""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain.errors import RequestRefused
from functions.domain.identifiers import parse_operation_id
from functions.domain.job import Heartbeat
from functions.domain.operation import Operation
from functions.services.context import Context
from functions.services.find import read_heartbeat


@dataclass(frozen=True, slots=True)
class OperationView:
    """An operation, and how far its runner is."""

    operation: Operation
    heartbeat: Heartbeat | None


def get_operation(ctx: Context, operation_id: str) -> OperationView:
    """Raises RequestRefused `operation_not_found`, also for what is no operation id."""
    operation = ctx.store.operation(operation_id) if parse_operation_id(operation_id) else None
    if operation is None:
        raise RequestRefused("operation_not_found", f"there is no operation '{operation_id[:64]}'")
    return OperationView(operation, read_heartbeat(ctx, operation))
