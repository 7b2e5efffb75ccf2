"""GET /api/v1/infrastructure/operations/{id}: an operation, and whether it produced the current outputs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from functions.domain.deployments.operation import Operation
from functions.domain.status import OperationKind, OperationStatus
from functions.services.context import Context
from functions.services.operations.get_operation import OperationView, get_operation


@dataclass(frozen=True, slots=True)
class RunView:
    """An operation; `produced_outputs` is True if its deployment's current outputs are from it."""

    view: OperationView
    produced_outputs: bool


def get_run(ctx: Context, operation_id: str) -> RunView:
    """Return the run. Raises RequestRefused `operation_not_found`."""
    view = get_operation(ctx, operation_id)
    if view.operation.kind is not OperationKind.APPLY or view.operation.id == view.deployment.operation.id:
        return RunView(view, produced_outputs(view.operation, ()))
    operations = ctx.store.operations(view.deployment.deployment_id)
    return RunView(view, produced_outputs(view.operation, operations))


def produced_outputs(operation: Operation, operations: Iterable[Operation]) -> bool:
    """Return True for the newest successful apply, unless a destroy succeeded after it."""
    return _sets_outputs(operation, OperationKind.APPLY) and not any(
        later.number > operation.number and _sets_outputs(later, OperationKind.APPLY, OperationKind.DESTROY)
        for later in operations
    )


def _sets_outputs(operation: Operation, *kinds: OperationKind) -> bool:
    return operation.kind in kinds and operation.status is OperationStatus.SUCCEEDED
