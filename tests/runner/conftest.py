from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.adapters.storage.clients import StorageClients
from local.stack.storage import create_storage
from tests.azurite import Azurite, start_azurite
from tests.runner.runner_process import RunnerProcess


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    azurite = start_azurite(tmp_path_factory.mktemp("azurite"))
    create_storage(azurite.connection_string)
    yield azurite
    azurite.stop()


@pytest.fixture
def runner(azurite: Azurite, tmp_path: Path) -> Iterator[RunnerProcess]:
    """A runner of a deployment of its own."""
    runner = make_runner(azurite.connection_string, tmp_path)
    yield runner
    runner.close()


def make_runner(connection_string: str, folder: Path) -> RunnerProcess:
    deployment_id = f"deploy-{secrets.token_hex(6)}"
    clients = StorageClients(connection_string)
    return RunnerProcess(connection_string, clients, folder / deployment_id, deployment_id)
