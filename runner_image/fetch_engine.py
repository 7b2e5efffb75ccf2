"""Fetches the pinned engine while the image is built: `fetch_engine.py <pin> <arch> <releases> <folder>`.

Used by the Dockerfile, whose base image has neither curl nor unzip.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
import urllib.request
import zipfile
from pathlib import Path


def main(pin: str, architecture: str, releases: str, folder: str) -> None:
    """Download, check and unpack the engine. Exit with a message if its checksum is missing or differs."""
    pinned = json.loads(Path(pin).read_text(encoding="utf-8"))
    engine, version, system = pinned["engine"], pinned["version"], f"linux_{architecture}"
    expected = pinned["sha256"].get(system)
    if expected is None:
        sys.exit(f"no checksum is pinned for '{system}' in '{pin}'")
    address = f"{releases}/{version}/{engine}_{version}_{system}.zip"
    with urllib.request.urlopen(address, timeout=300) as response:  # noqa: S310  # the Dockerfile's own address
        data = response.read()
    actual = hashlib.sha256(data).hexdigest()
    if actual != expected:
        sys.exit(f"fetching '{address}': its SHA-256 is {actual}, expected {expected}")
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extract(engine, target)
    (target / engine).chmod(0o755)


if __name__ == "__main__":
    main(*sys.argv[1:])
