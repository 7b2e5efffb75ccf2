"""The one pin of the engine: what reads it, and how it is raised."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.errors import LocalError
from local.paths import ROOT
from local.toolchain.engine_install import find_engine
from local.toolchain.engine_pin import EnginePin, raise_pin, read_pin

SYSTEMS = ("darwin_amd64", "darwin_arm64", "linux_amd64", "linux_arm64")


def sum_of(system: str) -> str:
    return f"{SYSTEMS.index(system):x}" * 64


def a_release(mirror: Path, version: str, systems: tuple[str, ...] = SYSTEMS) -> dict[str, str]:
    """Publish a list of checksums in a mirror, and return the environment that names it."""
    folder = mirror / "terraform" / version
    folder.mkdir(parents=True)
    lines = [f"{sum_of(system)}  terraform_{version}_{system}.zip" for system in systems]
    lines.append(f"{'f' * 64}  terraform_{version}_windows_amd64.zip")
    (folder / f"terraform_{version}_SHA256SUMS").write_text("\n".join(lines) + "\n")
    return {"TFENV_REMOTE": mirror.as_uri()}


def test_the_pin_has_a_checksum_for_every_system_that_slipway_runs_on() -> None:
    pin = read_pin()

    assert sorted(pin.sha256) == sorted(SYSTEMS)
    assert all(len(sha256) == 64 for sha256 in pin.sha256.values())


def test_the_image_takes_its_engine_from_the_pin_and_names_no_version_itself() -> None:
    dockerfile = (ROOT / "runner_image" / "Dockerfile").read_text()

    assert "runner_image/engine.json" in dockerfile
    assert "TERRAFORM_VERSION" not in dockerfile
    assert "SHA256" not in dockerfile


def test_the_pin_is_raised_to_a_release_with_the_checksums_that_it_lists(tmp_path: Path) -> None:
    file = tmp_path / "engine.json"

    raised = raise_pin("1.99.0", a_release(tmp_path, "1.99.0"), file)

    expected = EnginePin("terraform", "1.99.0", {system: sum_of(system) for system in SYSTEMS})
    assert raised == read_pin(file) == expected


def test_a_release_that_lacks_a_system_is_not_pinned(tmp_path: Path) -> None:
    environ = a_release(tmp_path, "1.99.0", SYSTEMS[:3])

    with pytest.raises(LocalError, match=r"lacks terraform_1\.99\.0_linux_arm64\.zip"):
        raise_pin("1.99.0", environ, tmp_path / "engine.json")

    assert not (tmp_path / "engine.json").exists()


def test_a_release_that_is_not_there_is_not_pinned(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="is there such a version"):
        raise_pin("1.99.0", {"TFENV_REMOTE": tmp_path.as_uri()}, tmp_path / "engine.json")


@pytest.mark.parametrize("version", ["latest", "v1.11.4", "1.11", "../1.11.4"])
def test_what_is_no_version_is_not_pinned(version: str, tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="is not a version of Terraform"):
        raise_pin(version, {}, tmp_path / "engine.json")


def an_engine(folder: Path, answer: str) -> Path:
    engine = folder / "terraform"
    engine.write_text(f"#!/bin/sh\necho '{answer}'\n")
    engine.chmod(0o755)
    return engine


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("Terraform v1.99.0", "is terraform 1.99.0: Slipway is tested with"),
        (f"OpenTofu v{read_pin().version}", f"is tofu {read_pin().version}: Slipway is tested with"),
        ("hello", "is of an unknown version: Slipway is tested with"),
        (f"Terraform v{read_pin().version}", None),
    ],
)
def test_an_engine_of_the_users_own_is_told_where_it_is_not_the_pinned_one(
    answer: str, told: str | None, tmp_path: Path
) -> None:
    engine = an_engine(tmp_path, answer)
    lines: list[str] = []

    chosen = find_engine(tmp_path / "tools", {"PATH": f"{tmp_path}:/bin"}, lines.append)

    assert chosen == engine
    assert [told in line for line in lines if told] == ([True] if told else [])
    assert len(lines) == (told is not None)


def test_the_tests_take_an_engine_on_path_only_where_it_is_the_pinned_one(tmp_path: Path) -> None:
    pinned = an_engine(tmp_path, f"Terraform v{read_pin().version}")
    environ = {"PATH": f"{tmp_path}:/bin", "TFENV_REMOTE": (tmp_path / "nothing").as_uri()}
    tools = tmp_path / "tools"

    assert find_engine(tools, environ, lambda _: None, pinned_only=True) == pinned

    an_engine(tmp_path, "Terraform v1.99.0")
    with pytest.raises(LocalError, match=f"terraform_{read_pin().version}_"):
        find_engine(tools, environ, lambda _: None, pinned_only=True)
