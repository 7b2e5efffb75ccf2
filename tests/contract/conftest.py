"""One Azurite for all contract tests. Each test gets its own tables, queues and container."""

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
    """Yield clients whose tables, queues and container are new and empty."""
    prefix = f"t{secrets.token_hex(4)}"
    names = StorageNames(
        f"{prefix}deployments", f"{prefix}index", f"{prefix}-ops", f"{prefix}-done", f"{prefix}-blobs"
    )
    clients = StorageClients(azurite.connection_string, names=names)
    for table in (clients.deployments, clients.index):
        table.create_table()
    for queue in (clients.operations, clients.completions):
        queue.create_queue()
    clients.container.create_container()
    yield clients
    clients.close()
