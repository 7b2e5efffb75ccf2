"""One Azurite for all contract tests; each test gets tables, queues and a container of its own on it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from functions.adapters.storage.clients import StorageClients, StorageNames
from tests.azurite import Azurite, start_azurite


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    running = start_azurite(tmp_path_factory.mktemp("azurite"))
    yield running
    running.stop()


@pytest.fixture
def clients(azurite: Azurite) -> Iterator[StorageClients]:
    """Clients of an empty storage account, as far as the test can see."""
    mark = f"t{secrets.token_hex(4)}"
    names = StorageNames(f"{mark}deployments", f"{mark}index", f"{mark}-ops", f"{mark}-done", f"{mark}-blobs")
    made = StorageClients(azurite.connection_string, names=names)
    for table in (made.deployments, made.index):
        table.create_table()
    for queue in (made.operations, made.completions):
        queue.create_queue()
    made.container.create_container()
    yield made
    made.close()
