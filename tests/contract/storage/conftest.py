"""The deployment stores that must pass the same tests."""

from __future__ import annotations

import pytest

from functions.adapters.storage.blob_artifacts import BlobArtifactStore
from functions.adapters.storage.table_deployments import TableDeploymentStore
from functions.ports import DeploymentStore
from tests.fakes import MemoryDeploymentStore


@pytest.fixture(params=["memory", "azurite"])
def store(request: pytest.FixtureRequest) -> DeploymentStore:
    if request.param == "memory":
        return MemoryDeploymentStore()
    clients = request.getfixturevalue("clients")
    return TableDeploymentStore(clients.deployments, BlobArtifactStore(clients.container))
