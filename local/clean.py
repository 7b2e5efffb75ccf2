"""`./dev clean`: delete what `./dev up` and `./dev demo` left in .slipway, but for the installed tools."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from local.errors import LocalError
from local.paths import DATA
from local.stack.ownership import Ownership
from local.stack.stack import stop_processes

# the download is what takes its time; the lock file is held by a ./dev that installs
_KEPT = frozenset({"tools", "venv.lock"})


def main() -> None:
    """Delete the data folder's contents. Exit code 1 where Slipway runs in it."""
    argparse.ArgumentParser(prog="./dev clean", description=__doc__).parse_args()
    try:
        freed = clean(DATA)
    except LocalError as error:
        sys.exit(str(error))
    print(
        f"deleted {', '.join(freed)} in '{DATA}', kept the tools" if freed else "there was nothing to delete"
    )


def clean(data_dir: Path) -> list[str]:
    """Stop what a killed run left behind and delete its data. Returns the names of what was deleted.

    Raises LocalError where a stack runs there.
    """
    holders = [Ownership(folder) for folder in (data_dir / "demo", data_dir) if folder.exists()]
    for holder in holders:
        holder.take()
    for folder in (data_dir / "demo", data_dir):
        stop_processes(folder, folder / "jobs")
    freed = sorted(entry.name for entry in data_dir.glob("*") if entry.name not in _KEPT)
    for name in freed:
        entry = data_dir / name
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    for holder in holders:
        holder.release()
    return [name for name in freed if not name.startswith(".") and not name.endswith((".lock", ".json"))]


if __name__ == "__main__":
    main()
