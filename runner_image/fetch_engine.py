"""Fetches the engine while the image is built: `fetch_engine.py <zip's address> <SHA-256> <folder>`.

Used by the Dockerfile, whose base image has neither curl nor unzip.
"""

from __future__ import annotations

import hashlib
import io
import sys
import urllib.request
import zipfile
from pathlib import Path

EXECUTABLES = ("terraform", "tofu")


def main(address: str, expected: str, folder: str) -> None:
    """Download, check, unpack; ends with a message where the sum is another one."""
    with urllib.request.urlopen(address, timeout=300) as answer:  # noqa: S310  # the Dockerfile's own address
        data = answer.read()
    found = hashlib.sha256(data).hexdigest()
    if found != expected:
        sys.exit(f"fetching '{address}': its SHA-256 is {found}, expected {expected}")
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in set(archive.namelist()) & set(EXECUTABLES):
            archive.extract(name, target)
            (target / name).chmod(0o755)


if __name__ == "__main__":
    main(*sys.argv[1:])
