from __future__ import annotations

import hashlib
import json
import os
import zipfile
from pathlib import Path

import pytest

from fetch_engine import main


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    """A folder of releases with version 1.2.3 for linux_amd64."""
    folder = tmp_path / "releases" / "1.2.3"
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / "terraform_1.2.3_linux_amd64.zip", "w") as archive:
        archive.writestr("terraform", "#!/bin/sh\n")
        archive.writestr("LICENSE.txt", "terms")
    return folder.parent


def pin_of(folder: Path, sha256: str) -> str:
    pin = {"engine": "terraform", "version": "1.2.3", "sha256": {"linux_amd64": sha256}}
    path = folder / "engine.json"
    path.write_text(json.dumps(pin))
    return str(path)


def test_the_executable_alone_is_unpacked(releases: Path, tmp_path: Path) -> None:
    sha256 = hashlib.sha256((releases / "1.2.3" / "terraform_1.2.3_linux_amd64.zip").read_bytes()).hexdigest()

    main(pin_of(tmp_path, sha256), "amd64", releases.as_uri(), str(tmp_path / "bin"))

    (executable,) = (tmp_path / "bin").iterdir()
    assert executable.name == "terraform"
    assert os.access(executable, os.X_OK)


def test_a_download_with_another_sum_is_refused(releases: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="expected 00"):
        main(pin_of(tmp_path, "00"), "amd64", releases.as_uri(), str(tmp_path / "bin"))
    assert not (tmp_path / "bin").exists()


def test_an_architecture_without_a_pinned_sum_is_refused(releases: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no checksum is pinned for 'linux_riscv64'"):
        main(pin_of(tmp_path, "00"), "riscv64", releases.as_uri(), str(tmp_path / "bin"))
