"""The pinned engine, in runner_image/engine.json. `./dev`, the image and the tests read it."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from local.errors import LocalError
from local.paths import ROOT

PIN_FILE = ROOT / "runner_image" / "engine.json"
_SYSTEMS = ("darwin_amd64", "darwin_arm64", "linux_amd64", "linux_arm64")
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class EnginePin:
    """An engine, its version, and the SHA-256 of the release for each system."""

    engine: str
    version: str
    sha256: dict[str, str]


def read_pin(file: Path = PIN_FILE) -> EnginePin:
    """Return the pin."""
    return EnginePin(**json.loads(file.read_text(encoding="utf-8")))


def raise_pin(version: str, environ: Mapping[str, str], file: Path = PIN_FILE) -> EnginePin:
    """Pin another version, with the checksums of its release.

    Raises LocalError if the release does not exist, or lacks a system.
    """
    if not _VERSION.fullmatch(version):
        raise LocalError(f"'{version}' is not a version of Terraform such as 1.11.4")
    sums = _published_sums(f"{releases_of(environ, version)}/terraform_{version}_SHA256SUMS")
    names = {system: f"terraform_{version}_{system}.zip" for system in _SYSTEMS}
    if missing := [name for name in names.values() if name not in sums]:
        raise LocalError(f"the release's list of checksums lacks {', '.join(missing)}")
    pin = EnginePin("terraform", version, {system: sums[name] for system, name in names.items()})
    file.write_text(json.dumps(asdict(pin), indent=2) + "\n", encoding="utf-8")
    return pin


def releases_of(environ: Mapping[str, str], version: str) -> str:
    """Return the address of the files of a version. TFENV_REMOTE names a mirror, as in tfenv."""
    base = environ.get("TFENV_REMOTE", "https://releases.hashicorp.com").rstrip("/")
    return f"{base}/terraform/{version}"


def _published_sums(url: str) -> dict[str, str]:
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310 - the release host's
            lines = response.read().decode("ascii", "replace").splitlines()
    except (urllib.error.URLError, TimeoutError) as error:
        raise LocalError(
            f"fetching '{url}' did not work ({error}): is there such a version? TFENV_REMOTE names a mirror"
        ) from error
    rows = (re.fullmatch(r"([0-9a-f]{64}) [ *](\S+)", line) for line in lines)
    return {row[2]: row[1] for row in rows if row}
