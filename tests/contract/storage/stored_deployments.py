"""Stored deployments for several contract tests."""

from __future__ import annotations

from functions.domain.deployments import transitions
from functions.domain.deployments.deployment import Deployment
from functions.ports import DeploymentStore, Stored
from tests.builders import a_deployment


def created(store: DeploymentStore, deployment: Deployment | None = None) -> Stored:
    deployment = deployment or a_deployment()
    store.create(transitions.accepted(deployment))
    return got(store, deployment.deployment_id)


def got(store: DeploymentStore, deployment_id: str) -> Stored:
    stored = store.get(deployment_id)
    assert stored is not None
    return stored
