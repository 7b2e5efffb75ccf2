from __future__ import annotations

import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from fetch_engine import main


@pytest.fixture
def release(tmp_path: Path) -> Path:
    path = tmp_path / "terraform.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("terraform", "#!/bin/sh\n")
        archive.writestr("LICENSE.txt", "terms")
    return path


def test_the_executable_alone_is_unpacked(release: Path, tmp_path: Path) -> None:
    main(release.as_uri(), hashlib.sha256(release.read_bytes()).hexdigest(), str(tmp_path / "bin"))

    (executable,) = (tmp_path / "bin").iterdir()
    assert executable.name == "terraform"
    assert os.access(executable, os.X_OK)


def test_a_download_with_another_sum_is_refused(release: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="expected 00"):
        main(release.as_uri(), "00", str(tmp_path / "bin"))
    assert not (tmp_path / "bin").exists()
