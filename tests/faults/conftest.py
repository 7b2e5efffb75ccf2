from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.azurite import StorageAccounts
from tests.faults.plant import Plant


@pytest.fixture
def plant(tmp_path: Path, storage_accounts: StorageAccounts) -> Iterator[Plant]:
    """Yield a plant with one running host, ended whatever happens."""
    plant = Plant(tmp_path / "plant", storage_accounts.take())
    try:
        plant.start()
        yield plant
    finally:
        plant.stop()
