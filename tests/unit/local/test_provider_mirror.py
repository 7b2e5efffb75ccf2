from __future__ import annotations

from pathlib import Path

import pytest

from local.toolchain.provider_mirror import find_provider_mirror


def mirror(folder: Path) -> Path:
    (folder / "registry.terraform.io").mkdir(parents=True)
    return folder


def test_the_folder_named_by_the_environment_wins(tmp_path: Path) -> None:
    mirror(tmp_path / "home" / ".terraform.d" / "plugins")
    chosen = mirror(tmp_path / "chosen")

    environment = {"SLIPWAY_PROVIDER_MIRROR": str(chosen), "HOME": str(tmp_path / "home")}

    assert find_provider_mirror(environment, searched=()) == chosen


def test_a_named_folder_that_is_no_mirror_is_not_replaced_by_another(tmp_path: Path) -> None:
    mirror(tmp_path / "opt")

    assert find_provider_mirror({"SLIPWAY_PROVIDER_MIRROR": str(tmp_path)}, (str(tmp_path / "opt"),)) is None


@pytest.mark.parametrize("place", [".terraform.d/plugins", ".local/share/terraform/plugins"])
def test_terraforms_own_places_are_looked_at(tmp_path: Path, place: str) -> None:
    expected = mirror(tmp_path / place)

    assert find_provider_mirror({"HOME": str(tmp_path)}, searched=()) == expected


@pytest.mark.parametrize("place", [".", "providers"])
def test_a_registry_one_or_two_levels_below_a_searched_folder_is_found(tmp_path: Path, place: str) -> None:
    expected = mirror(tmp_path / place)

    assert find_provider_mirror({}, (str(tmp_path / "missing"), str(tmp_path))) == expected


def test_a_registry_deeper_down_is_not_found(tmp_path: Path) -> None:
    mirror(tmp_path / "a" / "b")

    assert find_provider_mirror({}, (str(tmp_path),)) is None
