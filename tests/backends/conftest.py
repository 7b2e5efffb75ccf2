from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.stack.storage import create_storage
from tests.azurite import Azurite, start_azurite
from tests.backends.deployed import Deployed
from tests.runner.conftest import make_runner
from tests.state_servers.azurerm import AzureStorage
from tests.state_servers.http_server import HttpStates
from tests.state_servers.local_folder import LocalFolder
from tests.state_servers.s3 import S3


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    """Slipway's own storage."""
    azurite = start_azurite(tmp_path_factory.mktemp("azurite"))
    create_storage(azurite.connection_string)
    yield azurite
    azurite.stop()


@pytest.fixture(scope="session")
def azurerm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AzureStorage]:
    stand = AzureStorage(tmp_path_factory.mktemp("azurerm"))
    yield stand
    stand.stop()


@pytest.fixture(scope="session")
def s3() -> Iterator[S3]:
    stand = S3()
    yield stand
    stand.stop()


@pytest.fixture(scope="session")
def http_server() -> Iterator[HttpStates]:
    stand = HttpStates()
    yield stand
    stand.stop()


@pytest.fixture
def http(http_server: HttpStates) -> Iterator[HttpStates]:
    yield http_server
    http_server.behave()


@pytest.fixture
def local(tmp_path: Path) -> LocalFolder:
    return LocalFolder(tmp_path / "states")


@pytest.fixture
def deployed(request: pytest.FixtureRequest, azurite: Azurite, tmp_path: Path) -> Iterator[Deployed]:
    """Yield a deployment whose state is kept in the backend that the test is parametrized with."""
    stand = request.getfixturevalue(request.param)
    runner = make_runner(azurite.connection_string, tmp_path)
    deployed = Deployed(runner, stand)
    yield deployed
    # a Terraform that is ended leaves what it was running
    deployed.release()
    runner.close()
