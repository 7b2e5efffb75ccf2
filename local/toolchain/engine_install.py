"""The Terraform (or OpenTofu) that runners use on one machine."""

from __future__ import annotations

import hashlib
import io
import os
import platform
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from local.errors import LocalError
from local.toolchain.engine_pin import read_pin, releases_of

_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
_SECONDS = 60


@dataclass(frozen=True)
class Release:
    """A zip file that holds one executable, and the SHA-256 it must have."""

    url: str
    sha256: str
    executable: str


def find_engine(
    tools: Path, environ: Mapping[str, str], say: Callable[[str], None], *, pinned_only: bool = False
) -> Path:
    """Return the engine: SLIPWAY_ENGINE, else terraform or tofu on PATH, else a pinned Terraform in `tools`.

    `say` is told of one that Slipway is not tested with; `pinned_only` passes over such a one on PATH. Raises
    LocalError where SLIPWAY_ENGINE names nothing that runs, or where none can be had.
    """
    chosen = environ.get("SLIPWAY_ENGINE")
    if chosen:
        executable = shutil.which(chosen, path=environ.get("PATH"))
        if executable is None:
            raise LocalError(f"SLIPWAY_ENGINE is '{chosen}', which is no program on this machine")
        return _own_engine(Path(executable), say)
    pin = read_pin()
    for name in ("terraform", "tofu"):
        executable = shutil.which(name, path=environ.get("PATH"))
        if executable and (not pinned_only or _is_pinned(Path(executable))):
            return _own_engine(Path(executable), say)
    # under its own name, as those that run it themselves look for it on PATH
    installed = tools / "engines" / pin.version / pin.engine
    if not installed.exists():
        say(f"fetching Terraform {pin.version}: none that can be used is on PATH")
        fetch(terraform_release(environ), installed)
    return installed


def _own_engine(path: Path, say: Callable[[str], None]) -> Path:
    if not _is_pinned(path):
        pin, version = read_pin(), engine_version(path)
        told = " ".join(version) if version else "of an unknown version"
        say(f"'{path}' is {told}: Slipway is tested with {pin.engine} {pin.version} only")
    return path.absolute()


def _is_pinned(path: Path) -> bool:
    pin = read_pin()
    return engine_version(path) == (pin.engine, pin.version)


def engine_version(path: Path) -> tuple[str, str] | None:
    """Return the engine's name and version, None where it does not tell them."""
    try:
        told = subprocess.run(
            [path, "version"],
            env={**os.environ, "CHECKPOINT_DISABLE": "1"},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    first = re.match(r"(Terraform|OpenTofu) v(\S+)", told.stdout)
    return ("terraform" if first[1] == "Terraform" else "tofu", first[2]) if first else None


def terraform_release(environ: Mapping[str, str]) -> Release:
    """Return the pinned Terraform for this machine. TFENV_REMOTE names a mirror, as for tfenv."""
    pin = read_pin()
    system = f"{sys.platform}_{_MACHINES.get(platform.machine().lower(), platform.machine())}"
    if system not in pin.sha256:
        raise LocalError(f"no Terraform is pinned for '{system}': put terraform or tofu on PATH")
    url = f"{releases_of(environ, pin.version)}/terraform_{pin.version}_{system}.zip"
    return Release(url, pin.sha256[system], "terraform")


def fetch(release: Release, destination: Path) -> None:
    """Download a release, check its sum and put its executable at `destination`, whole or not at all."""
    try:
        with urllib.request.urlopen(release.url, timeout=_SECONDS) as answer:  # noqa: S310 - has a sum
            packed = answer.read()
    except (urllib.error.URLError, TimeoutError) as error:
        raise LocalError(
            f"fetching '{release.url}' did not work ({error}): put terraform or tofu on PATH, or name a "
            "mirror in TFENV_REMOTE"
        ) from error
    sha256 = hashlib.sha256(packed).hexdigest()
    if sha256 != release.sha256:
        raise LocalError(f"'{release.url}' has the SHA-256 {sha256}, but {release.sha256} is pinned")
    destination.parent.mkdir(parents=True, exist_ok=True)
    half_written = destination.with_name(f"{destination.name}.{os.getpid()}")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        half_written.write_bytes(archive.read(release.executable))
    half_written.chmod(0o755)
    half_written.replace(destination)
