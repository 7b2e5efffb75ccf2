"""`./dev clean`: delete what `./dev up` and `./dev demo` left in .slipway, except the installed tools."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from local.errors import LocalError
from local.paths import DATA
from local.stack.ownership import Ownership
from local.stack.stack import stop_processes

# The tools would have to be downloaded again. The lock file may be held by a ./dev that installs.
_KEPT = frozenset({"tools", "venv.lock"})


def main() -> None:
    """Delete the contents of the data folder. Exit with 1 if a Slipway runs in it."""
    argparse.ArgumentParser(prog="./dev clean", description=__doc__).parse_args()
    try:
        deleted = clean(DATA)
    except LocalError as error:
        sys.exit(str(error))
    print(
        f"deleted {', '.join(deleted)} in '{DATA}', kept the tools"
        if deleted
        else "there was nothing to delete"
    )


def clean(data_dir: Path) -> list[str]:
    """Stop the processes that a killed run left, delete its data, and return the names of what was deleted.

    Raises LocalError if a stack runs in the folder.
    """
    holders = [Ownership(folder) for folder in (data_dir / "demo", data_dir) if folder.exists()]
    for holder in holders:
        holder.take()
    for folder in (data_dir / "demo", data_dir):
        stop_processes(folder, folder / "jobs")
    deleted = sorted(entry.name for entry in data_dir.glob("*") if entry.name not in _KEPT)
    for name in deleted:
        entry = data_dir / name
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    for holder in holders:
        holder.release()
    return [name for name in deleted if not name.startswith(".") and not name.endswith((".lock", ".json"))]


if __name__ == "__main__":
    main()
