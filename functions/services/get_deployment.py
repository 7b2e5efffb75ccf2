"""GET /deployments/{id}: the whole record."""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain.deployment import Deployment
from functions.domain.job import Heartbeat, StateRecord
from functions.services.context import Context
from functions.services.find import find_deployment, read_heartbeat


@dataclass(frozen=True, slots=True)
class DeploymentRecord:
    """A deployment, where its state lies, and how far its runner is."""

    deployment: Deployment
    state: StateRecord | None
    heartbeat: Heartbeat | None


def get_deployment(ctx: Context, deployment_id: str) -> DeploymentRecord:
    """Raises RequestRefused `deployment_not_found`."""
    deployment = find_deployment(ctx, deployment_id).deployment
    return DeploymentRecord(
        deployment, ctx.store.state(deployment_id), read_heartbeat(ctx, deployment.operation)
    )
