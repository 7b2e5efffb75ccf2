"""Writes a committed file that is made from the code, or checks that it is up to date."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from local.files import write_whole


def write_or_check(
    module: str,
    description: str | None,
    arguments: Sequence[str] | None,
    path: Path,
    render: Callable[[str], str],
) -> int:
    """Run `python -m <module>` for one file. Return 1 if `--check` finds that it is out of date.

    `render` is given the current text, empty if there is no file, and returns the right one.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=description)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if it is out of date")
    options = parser.parse_args(arguments)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    new_text = render(text)
    if new_text == text:
        return 0
    if options.check:
        print(f"{path.name} is out of date: run python -m {module}", file=sys.stderr)
        return 1
    write_whole(path, new_text)
    return 0
