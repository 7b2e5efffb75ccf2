"""What every test relies on."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from tests.azurite import StorageAccounts

# A shell that runs the tests in the background has them ignore SIGINT, which children inherit and a shell
# script cannot undo; the tests that interrupt commands need it as it is in the foreground.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def storage_accounts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StorageAccounts]:
    """Yield what hands out storage accounts that nobody has used."""
    accounts = StorageAccounts(tmp_path_factory.mktemp("shared-azurite"))
    yield accounts
    accounts.stop()
