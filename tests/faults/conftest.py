from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.plant import Plant


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    """Yield a plant with one running host, ended whatever happens."""
    plant = Plant(tmp_path / "plant")
    try:
        plant.start()
        yield plant
    finally:
        plant.stop()
