"""Set-up for all tests."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.azurite import StorageAccounts

# If a shell runs the tests in the background, they ignore SIGINT, and so do their child processes. Tests that
# interrupt commands need the default handler.
signal.signal(signal.SIGINT, signal.default_int_handler)


# Their longest ones take a minute each: started last, one worker would end with them while the others idle.
_FIRST = Path(__file__).parent / "faults"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the slowest folder first."""
    items.sort(key=lambda item: not item.path.is_relative_to(_FIRST))


@pytest.fixture(scope="session")
def storage_accounts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StorageAccounts]:
    """Yield what hands out storage accounts that nobody has used."""
    accounts = StorageAccounts(tmp_path_factory.mktemp("shared-azurite"))
    yield accounts
    accounts.stop()
