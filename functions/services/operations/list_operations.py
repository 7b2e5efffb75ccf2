"""GET /deployments/{id}/operations: the operations of a deployment, newest first."""

from __future__ import annotations

from functions.services.context import Context
from functions.services.lookup import find_deployment
from functions.services.operations.get_operation import OperationView, view_of


def list_operations(ctx: Context, deployment_id: str) -> list[OperationView]:
    """Return every operation of a deployment. Raises RequestRefused `deployment_not_found`."""
    deployment = find_deployment(ctx, deployment_id).deployment
    operations = reversed(ctx.store.operations(deployment_id))
    return [view_of(ctx, deployment, operation) for operation in operations]
