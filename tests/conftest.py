"""Set-up for all tests."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from tests.azurite import StorageAccounts

# If a shell runs the tests in the background, they ignore SIGINT, and so do their child processes. Tests that
# interrupt commands need the default handler.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def storage_accounts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StorageAccounts]:
    """Yield what hands out storage accounts that nobody has used."""
    accounts = StorageAccounts(tmp_path_factory.mktemp("shared-azurite"))
    yield accounts
    accounts.stop()
