from __future__ import annotations

import ast
import importlib.util
import os
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

from local.paths import ROOT


@pytest.fixture
def dev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the file `dev` as a module, with its own checkout."""
    loader = SourceFileLoader("dev_command", str(ROOT / "dev"))
    spec = importlib.util.spec_from_loader("dev_command", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    venv = tmp_path / ".venv"
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("one==1\n")
    places = {
        "ROOT": tmp_path,
        "VENV": venv,
        "VENV_PYTHON": venv / "bin" / "python",
        "STAMP": venv / "slipway-requirements.sha256",
        "REQUIREMENTS": [requirements],
    }
    for name, place in places.items():
        monkeypatch.setattr(module, name, place)
    return module


def run_dev(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "dev", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_dev_alone_lists_every_verb(dev: ModuleType) -> None:
    listed = run_dev().stdout.splitlines()

    assert [line.split()[0] for line in listed if line.startswith("  ")] == list(dev.VERBS)


def test_every_verb_has_a_module(dev: ModuleType) -> None:
    missing = [verb for verb in dev.VERBS if importlib.util.find_spec(f"local.{verb}") is None]

    assert missing == []


def test_a_mistyped_verb_is_answered_with_the_nearest_one() -> None:
    ended = run_dev("dmeo")

    assert ended.returncode == 2
    assert ended.stderr == "unknown verb 'dmeo', did you mean './dev demo'?\n"


def a_python(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def test_packages_are_installed_anew_only_when_the_pins_changed(dev: ModuleType, tmp_path: Path) -> None:
    a_python(dev.VENV_PYTHON, "echo pip >> $(dirname $0)/../ran; echo 3 12")

    dev.install(dev.requirements_digest())

    assert dev.is_ready(dev.requirements_digest())
    (tmp_path / "requirements.txt").write_text("one==2\n")
    assert not dev.is_ready(dev.requirements_digest())


def test_an_interrupted_installation_is_not_taken_for_a_whole_one(dev: ModuleType) -> None:
    a_python(dev.VENV_PYTHON, "exit 1")
    dev.STAMP.write_text(dev.requirements_digest() + "\n")

    with pytest.raises(SystemExit, match="installing the pinned packages did not work"):
        dev.install(dev.requirements_digest())

    assert not dev.is_ready(dev.requirements_digest())


def test_a_folder_that_is_no_environment_is_not_deleted(dev: ModuleType) -> None:
    precious = dev.VENV / "precious"
    precious.parent.mkdir()
    precious.touch()

    with pytest.raises(SystemExit, match="is not a Python environment"):
        dev.create_venv()

    assert precious.exists()


def test_an_old_python_is_answered_with_what_to_install(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = a_python(tmp_path / "python3", "echo 3 9")
    monkeypatch.setattr(sys, "executable", str(old))
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(
        SystemExit, match=r"needs Python 3\.11, 3\.12 or 3\.13(.|\n)*apt-get install python3\.12"
    ):
        dev.find_python()


def test_a_newer_python_on_path_stands_in_for_an_old_one(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(a_python(tmp_path / "python3", "echo 3 9")))
    # a pyenv shim of a version that is not active ends with an error
    a_python(tmp_path / "python3.13", "exit 127")
    fit = a_python(tmp_path / "python3.12", "echo 3 12")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert dev.find_python() == fit


def test_a_python_without_venv_is_answered_with_the_package_to_install(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = a_python(tmp_path / "python3", 'case "$2" in *ensurepip*) exit 1;; esac; echo 3 11')
    monkeypatch.setattr(sys, "executable", str(bare))
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SystemExit, match="apt-get install python3-venv"):
        dev.find_python()


def test_dev_starts_on_a_python_older_than_the_one_it_asks_for() -> None:
    source = (ROOT / "dev").read_text()

    ast.parse(source, feature_version=(3, 6))
    # Python 3.7 brought this one
    assert "from __future__ import annotations" not in source
    assert os.access(ROOT / "dev", os.X_OK)
