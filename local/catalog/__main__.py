"""`./dev catalog`: writes functions/catalog.json from the templates, and the schema of slipway.yaml from its
model; `--check` only says whether they are up to date.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from local.catalog.build import CatalogInvalid, build_catalog, catalog_notes, differences, render
from local.catalog.metadata import schema_text

_REPOSITORY = Path(__file__).parents[2]


def main(arguments: list[str] | None = None) -> int:
    """Run the verb; return 0 if up to date or written, 1 for a drift or for invalid templates."""
    options = _parser().parse_args(arguments)
    try:
        entries = build_catalog(options.templates)
    except CatalogInvalid as error:
        print(error, file=sys.stderr)
        print("the catalog was left as it is", file=sys.stderr)
        return 1
    for note in catalog_notes(options.templates):
        print(note, file=sys.stderr)
    schema = options.templates / "slipway.schema.json"
    written = _read(options.catalog)
    changes = differences(written, entries) if written else ["the catalog is not written yet"]
    schema_drifted = _read(schema) != schema_text()
    changes += ["the schema of slipway.yaml has changed"] if schema_drifted else []
    if options.check:
        return _report(changes)
    if changes:
        _write(options.catalog, render(entries))
        _write(schema, schema_text())
    print(*changes, f"{len(entries)} templates in the catalog", sep="\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./dev catalog", description=__doc__)
    add = parser.add_argument
    add("--check", action="store_true", help="write nothing; exit 1 and name what drifted")
    add("--templates", type=Path, default=_REPOSITORY / "templates", help="the folder of the templates")
    add("--catalog", type=Path, default=_REPOSITORY / "functions" / "catalog.json", help="the file to write")
    return parser


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""


def _report(changes: list[str]) -> int:
    for change in changes:
        print(change, file=sys.stderr)
    print("run ./dev catalog to bring it up to date" if changes else "the catalog is up to date")
    return 1 if changes else 0


def _write(file: Path, text: str) -> None:
    # beside the file and renamed, so that a reader never sees half of it
    draft = file.with_suffix(".json.draft")
    draft.write_text(text, encoding="utf-8", newline="\n")
    draft.replace(file)


if __name__ == "__main__":
    sys.exit(main())
