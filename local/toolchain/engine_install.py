"""Finds or installs the Terraform or OpenTofu that runners use on one machine."""

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
_TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class Release:
    """A zip file with one executable, and the SHA-256 that it must have."""

    url: str
    sha256: str
    executable: str


def find_engine(
    tools: Path, environ: Mapping[str, str], say: Callable[[str], None], *, pinned_only: bool = False
) -> Path:
    """Return the engine: SLIPWAY_ENGINE, else terraform or tofu on PATH, else a pinned Terraform in `tools`.

    `say` gets a warning for an engine that Slipway is not tested with; `pinned_only` ignores one on PATH.
    Raises LocalError if SLIPWAY_ENGINE names no program, or if no engine can be installed.
    """
    chosen = environ.get("SLIPWAY_ENGINE")
    if chosen:
        executable = shutil.which(chosen, path=environ.get("PATH"))
        if executable is None:
            raise LocalError(f"SLIPWAY_ENGINE is '{chosen}', which is not a program on this machine")
        return _checked_engine(Path(executable), say)
    pin = read_pin()
    for name in ("terraform", "tofu"):
        executable = shutil.which(name, path=environ.get("PATH"))
        if executable and (not pinned_only or _is_pinned(Path(executable))):
            return _checked_engine(Path(executable), say)
    # Under its usual name, because tests that run it look for it on PATH.
    installed = tools / "engines" / pin.version / pin.engine
    if not installed.exists():
        say(f"downloading Terraform {pin.version}: PATH has no suitable one")
        fetch(terraform_release(environ), installed)
    return installed


def _checked_engine(path: Path, say: Callable[[str], None]) -> Path:
    if not _is_pinned(path):
        pin, version = read_pin(), engine_version(path)
        description = " ".join(version) if version else "of an unknown version"
        say(f"'{path}' is {description}: Slipway is tested with {pin.engine} {pin.version} only")
    return path.absolute()


def _is_pinned(path: Path) -> bool:
    pin = read_pin()
    return engine_version(path) == (pin.engine, pin.version)


def engine_version(path: Path) -> tuple[str, str] | None:
    """Return the name and version of an engine, or None if it does not print them."""
    try:
        result = subprocess.run(
            [path, "version"],
            env={**os.environ, "CHECKPOINT_DISABLE": "1"},
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.match(r"(Terraform|OpenTofu) v(\S+)", result.stdout)
    return ("terraform" if match[1] == "Terraform" else "tofu", match[2]) if match else None


def terraform_release(environ: Mapping[str, str]) -> Release:
    """Return the pinned Terraform for this machine. TFENV_REMOTE names a mirror, as for tfenv."""
    pin = read_pin()
    system = f"{sys.platform}_{_MACHINES.get(platform.machine().lower(), platform.machine())}"
    if system not in pin.sha256:
        raise LocalError(f"no Terraform is pinned for '{system}': put terraform or tofu on PATH")
    url = f"{releases_of(environ, pin.version)}/terraform_{pin.version}_{system}.zip"
    return Release(url, pin.sha256[system], "terraform")


def fetch(release: Release, destination: Path) -> None:
    """Download a release, check its checksum and move its executable to `destination`."""
    try:
        with urllib.request.urlopen(release.url, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310 - has a checksum
            archive_bytes = response.read()
    except (urllib.error.URLError, TimeoutError) as error:
        raise LocalError(
            f"fetching '{release.url}' did not work ({error}): put terraform or tofu on PATH, or name a "
            "mirror in TFENV_REMOTE"
        ) from error
    sha256 = hashlib.sha256(archive_bytes).hexdigest()
    if sha256 != release.sha256:
        raise LocalError(f"'{release.url}' has the SHA-256 {sha256}, but {release.sha256} is pinned")
    destination.parent.mkdir(parents=True, exist_ok=True)
    half_written = destination.with_name(f"{destination.name}.{os.getpid()}")
    with zipfile.ZipFile(io.BytesIO(archive_bytes)) as archive:
        half_written.write_bytes(archive.read(release.executable))
    half_written.chmod(0o755)
    half_written.replace(destination)
