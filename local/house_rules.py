"""Checks the limits for files in a folder and lines in a file, and that no retired name comes back."""

from __future__ import annotations

import io
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from local.paths import ROOT

TOPS = ("functions", "runner_image", "local", "tests", "examples", "infra")

MAX_FILES = 20
"""The most Python files in one folder; a larger one is split into subfolders."""

MAX_LINES = 300
"""The most lines in one Python file."""

_RETIRED_BLOCK = re.compile(r"```retired\n(.*?)```", re.DOTALL)


def main() -> None:
    """Print every violation. Exit with 1 if there is one."""
    lines = violations(ROOT)
    print("\n".join(lines), end="\n" if lines else "")
    sys.exit(1 if lines else 0)


def violations(root: Path) -> list[str]:
    """Return every violation below the root of the repository, a line each."""
    retired = retired_names()
    files = [path for top in TOPS for path in sorted((root / top).rglob("*.py"))]
    return [
        *_crowded_folders(root, files),
        *(line for path in files for line in _violations_in(root, path, retired)),
    ]


def retired_names() -> dict[str, str]:
    """Return the retired names of docs/style.md, each with its successor."""
    block = _RETIRED_BLOCK.search((ROOT / "docs" / "style.md").read_text(encoding="utf-8"))
    if block is None:
        raise LookupError("reading docs/style.md: it has no block of retired names")
    pairs = (line.partition(" -> ") for line in block.group(1).splitlines())
    return {old: new for old, _, new in pairs}


def _crowded_folders(root: Path, files: list[Path]) -> Iterator[str]:
    for folder, count in sorted(Counter(path.parent for path in files).items()):
        if count > MAX_FILES:
            yield f"{folder.relative_to(root)}: {count} Python files, more than {MAX_FILES}"


def _violations_in(root: Path, path: Path, retired: Mapping[str, str]) -> Iterator[str]:
    name, text = path.relative_to(root), path.read_text(encoding="utf-8")
    lines = len(text.splitlines())
    if lines > MAX_LINES:
        yield f"{name}: {lines} lines, more than {MAX_LINES}"
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME and token.string in retired:
            yield f"{name}:{token.start[0]}: '{token.string}' is retired, write '{retired[token.string]}'"


if __name__ == "__main__":
    main()
