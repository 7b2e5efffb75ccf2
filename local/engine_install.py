"""The Terraform (or OpenTofu) that runners use on one machine."""

from __future__ import annotations

import hashlib
import io
import os
import platform
import shutil
import sys
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from local.errors import LocalError

TERRAFORM_VERSION = "1.11.4"
# of the zip files: HashiCorp's Homebrew formula and cashapp's hermit-packages agree on them
_TERRAFORM_SHA256 = {
    "linux_amd64": "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc",
    "linux_arm64": "a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633",
    "darwin_amd64": "a56d5002b9f7647291faccc3dd1a70350e60fb61e4c45037629508b8fdc2575b",
    "darwin_arm64": "867e0808fa971217043e25b7a792b10720c79b1546f8a68479b74f138be73e18",
}
_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
_SECONDS = 60


@dataclass(frozen=True)
class Release:
    """A zip file that holds one executable, and the SHA-256 it must have."""

    url: str
    sha256: str
    executable: str


def find_engine(tools: Path, environ: Mapping[str, str], say: Callable[[str], None]) -> Path:
    """Return the engine: SLIPWAY_ENGINE, else terraform or tofu on PATH, else a pinned Terraform in `tools`.

    Raises LocalError where SLIPWAY_ENGINE names nothing that runs, or where none can be had.
    """
    chosen = environ.get("SLIPWAY_ENGINE")
    if chosen:
        found = shutil.which(chosen, path=environ.get("PATH"))
        if found is None:
            raise LocalError(f"SLIPWAY_ENGINE is '{chosen}', which is no program on this machine")
        return Path(found).absolute()
    for name in ("terraform", "tofu"):
        found = shutil.which(name, path=environ.get("PATH"))
        if found:
            return Path(found).absolute()
    installed = tools / f"terraform-{TERRAFORM_VERSION}"
    if not installed.exists():
        say(f"neither terraform nor tofu is on PATH: fetching Terraform {TERRAFORM_VERSION}")
        fetch(terraform_release(environ), installed)
    return installed


def terraform_release(environ: Mapping[str, str]) -> Release:
    """Return the pinned Terraform for this machine. TFENV_REMOTE names a mirror, as for tfenv."""
    system = f"{sys.platform}_{_MACHINES.get(platform.machine().lower(), platform.machine())}"
    if system not in _TERRAFORM_SHA256:
        raise LocalError(f"no Terraform is pinned for '{system}': put terraform or tofu on PATH")
    base = environ.get("TFENV_REMOTE", "https://releases.hashicorp.com").rstrip("/")
    file = f"terraform_{TERRAFORM_VERSION}_{system}.zip"
    url = f"{base}/terraform/{TERRAFORM_VERSION}/{file}"
    return Release(url, _TERRAFORM_SHA256[system], "terraform")


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
    found = hashlib.sha256(packed).hexdigest()
    if found != release.sha256:
        raise LocalError(f"'{release.url}' has the SHA-256 {found}, but {release.sha256} is pinned")
    destination.parent.mkdir(parents=True, exist_ok=True)
    half_written = destination.with_name(f"{destination.name}.{os.getpid()}")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        half_written.write_bytes(archive.read(release.executable))
    half_written.chmod(0o755)
    half_written.replace(destination)
