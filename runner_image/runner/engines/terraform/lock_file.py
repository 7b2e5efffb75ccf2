"""The dependency lock file in the work folder of a job."""

from __future__ import annotations

import re
from pathlib import Path

LOCK_FILE = ".terraform.lock.hcl"
_HASHES = re.compile(r"^\s*hashes\s*=\s*\[[^\]]*\]\n?", re.MULTILINE)


def drop_hashes(folder: Path) -> None:
    """Remove the hashes of the providers from the lock file; versions and constraints stay.

    `init` has just checked every package against them. With hashes, each later command would check the same
    files again, which takes 0.45 s for the AWS provider (docs/decisions).
    """
    path = folder / LOCK_FILE
    if path.exists():
        path.write_text(_HASHES.sub("", path.read_text(encoding="utf-8")), encoding="utf-8")
