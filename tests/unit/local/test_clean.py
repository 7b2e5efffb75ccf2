from __future__ import annotations

from pathlib import Path

import pytest

from local.clean import clean
from local.errors import LocalError
from local.stack.ownership import Ownership


def test_data_goes_and_the_installed_tools_stay(tmp_path: Path) -> None:
    for name in ("azurite", "jobs", "demo", "tools"):
        (tmp_path / name).mkdir()
    (tmp_path / "processes.json").write_text("{}")

    assert clean(tmp_path) == ["azurite", "demo", "jobs"]

    assert [entry.name for entry in tmp_path.iterdir()] == ["tools"]


@pytest.mark.parametrize("folder", [".", "demo"])
def test_the_data_of_a_running_slipway_is_not_touched(tmp_path: Path, folder: str) -> None:
    running = Ownership(tmp_path / folder)
    running.take()
    (tmp_path / "azurite").mkdir()

    with pytest.raises(LocalError, match="Slipway already runs here"):
        clean(tmp_path)

    assert (tmp_path / "azurite").exists()
    running.release()


def test_a_machine_that_never_ran_slipway_is_clean(tmp_path: Path) -> None:
    assert clean(tmp_path / "missing") == []
