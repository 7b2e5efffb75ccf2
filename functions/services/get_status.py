"""GET /deployments/{id}/status and /wait: where a deployment stands."""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain.deployment import Deployment
from functions.domain.job import Heartbeat
from functions.services.context import Context
from functions.services.find import find_deployment, read_heartbeat


@dataclass(frozen=True, slots=True)
class Status:
    """A deployment, and how far its runner is."""

    deployment: Deployment
    heartbeat: Heartbeat | None


def get_status(ctx: Context, deployment_id: str) -> Status:
    """Raises RequestRefused `deployment_not_found`."""
    deployment = find_deployment(ctx, deployment_id).deployment
    return Status(deployment, read_heartbeat(ctx, deployment.operation))
