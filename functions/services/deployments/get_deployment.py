"""GET /deployments/{id}, its /status and its /wait."""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain.deployments.deployment import Deployment
from functions.domain.jobs.job_contract import Heartbeat
from functions.services.context import Context
from functions.services.lookup import find_deployment, read_heartbeat


@dataclass(frozen=True, slots=True)
class DeploymentView:
    """A deployment, and the last heartbeat of its runner."""

    deployment: Deployment
    heartbeat: Heartbeat | None


def get_deployment(ctx: Context, deployment_id: str) -> DeploymentView:
    """Return the deployment by one point read, and read the heartbeat while a runner works on it.

    Raises RequestRefused `deployment_not_found`.
    """
    deployment = find_deployment(ctx, deployment_id).deployment
    return DeploymentView(deployment, read_heartbeat(ctx, deployment.operation))
