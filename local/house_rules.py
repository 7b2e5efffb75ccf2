"""The numbers and words that keep the house tidy: files in a folder, lines in a file, retired names."""

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
"""Python files in one folder; a larger one gets rooms of its own."""

MAX_LINES = 300
"""Lines in one Python file."""

_RETIRED_BLOCK = re.compile(r"```retired\n(.*?)```", re.DOTALL)


def main() -> None:
    """Print every breach. Exit code 1 where there is one."""
    lines = breaches(ROOT)
    print("\n".join(lines), end="\n" if lines else "")
    sys.exit(1 if lines else 0)


def breaches(root: Path) -> list[str]:
    """Return every breach below the repository's root, a line each."""
    retired = retired_names()
    files = [path for top in TOPS for path in sorted((root / top).rglob("*.py"))]
    return [
        *_crowded_folders(root, files),
        *(line for path in files for line in _breaches_in(root, path, retired)),
    ]


def retired_names() -> dict[str, str]:
    """Return each retired name of docs/style.md with its successor. Stored and public values keep theirs."""
    block = _RETIRED_BLOCK.search((ROOT / "docs" / "style.md").read_text(encoding="utf-8"))
    if block is None:
        raise LookupError("reading docs/style.md: it has no block of retired names")
    pairs = (line.partition(" -> ") for line in block.group(1).splitlines())
    return {old: new for old, _, new in pairs}


def _crowded_folders(root: Path, files: list[Path]) -> Iterator[str]:
    for folder, count in sorted(Counter(path.parent for path in files).items()):
        if count > MAX_FILES:
            yield f"{folder.relative_to(root)}: {count} Python files, more than {MAX_FILES}"


def _breaches_in(root: Path, path: Path, retired: Mapping[str, str]) -> Iterator[str]:
    name, text = path.relative_to(root), path.read_text(encoding="utf-8")
    lines = len(text.splitlines())
    if lines > MAX_LINES:
        yield f"{name}: {lines} lines, more than {MAX_LINES}"
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME and token.string in retired:
            yield f"{name}:{token.start[0]}: '{token.string}' is retired, write '{retired[token.string]}'"


if __name__ == "__main__":
    main()
