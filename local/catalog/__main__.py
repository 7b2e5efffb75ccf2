"""`./dev catalog`: write functions/catalog.json from the templates, and the schema of slipway.yaml from its
model; `--check` only checks if they are up to date.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from local.catalog.build import CatalogInvalid, build_catalog, catalog_notes, differences, render
from local.catalog.metadata import schema_text

_REPOSITORY = Path(__file__).parents[2]


def main(arguments: list[str] | None = None) -> int:
    """Run the verb. Return 1 for invalid templates, or if `--check` finds a difference."""
    options = _parser().parse_args(arguments)
    try:
        entries = build_catalog(options.templates)
    except CatalogInvalid as error:
        print(error, file=sys.stderr)
        print("the catalog was not changed", file=sys.stderr)
        return 1
    for note in catalog_notes(options.templates):
        print(note, file=sys.stderr)
    schema = options.templates / "slipway.schema.json"
    catalog_text = _read(options.catalog)
    changes = differences(catalog_text, entries) if catalog_text else ["the catalog does not exist yet"]
    is_schema_outdated = _read(schema) != schema_text()
    changes += ["the schema of slipway.yaml has changed"] if is_schema_outdated else []
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
    add("--check", action="store_true", help="write nothing; exit 1 and name the differences")
    add("--templates", type=Path, default=_REPOSITORY / "templates", help="the folder of the templates")
    add("--catalog", type=Path, default=_REPOSITORY / "functions" / "catalog.json", help="the catalog file")
    return parser


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""


def _report(changes: list[str]) -> int:
    for change in changes:
        print(change, file=sys.stderr)
    print("run ./dev catalog to update it" if changes else "the catalog is up to date")
    return 1 if changes else 0


def _write(file: Path, text: str) -> None:
    # Written beside the file and renamed, so that a reader never gets a part of it.
    draft = file.with_suffix(".json.draft")
    draft.write_text(text, encoding="utf-8", newline="\n")
    draft.replace(file)


if __name__ == "__main__":
    sys.exit(main())
