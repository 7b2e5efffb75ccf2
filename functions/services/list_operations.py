"""GET /deployments/{id}/operations: what was run on a deployment, the newest first."""

from __future__ import annotations

from functions.domain.operation import Operation
from functions.services.context import Context
from functions.services.find import find_deployment


def list_operations(ctx: Context, deployment_id: str) -> list[Operation]:
    """Raises RequestRefused `deployment_not_found`."""
    return [find_deployment(ctx, deployment_id).deployment.operation]
