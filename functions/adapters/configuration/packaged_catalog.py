"""TemplateCatalog of the packaged app: functions/catalog.json and the files below templates/."""

from __future__ import annotations

import difflib
import functools
import json
from collections.abc import Sequence
from pathlib import Path

from functions.domain.catalog.bundle import digest, pack
from functions.domain.catalog.template_entry import TemplateEntry
from functions.domain.codec import from_plain
from functions.domain.errors import CatalogDrift


class PackagedCatalog:
    """Reads the catalog of the app in folder `root`, at its first use."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def list(self) -> Sequence[TemplateEntry]:
        """Return every template, ordered by address."""
        return tuple(self._entries.values())

    def get(self, provider_type: str, name: str) -> TemplateEntry | None:
        """Return one template, or None."""
        return self._entries.get((provider_type, name))

    def nearest(self, provider_type: str, name: str) -> str | None:
        """Return the most similar name of a template of the provider type, or None if none is similar."""
        names = [entry.name for entry in self._entries.values() if entry.provider_type == provider_type]
        return next(iter(difflib.get_close_matches(name, names, 1)), None)

    def bundle(self, entry: TemplateEntry) -> bytes:
        """Return the template's files as an archive. Raises CatalogDrift if they differ from the catalog."""
        path = self._root / "templates" / entry.path
        folder = path.parent if path.suffix == ".tf" else path
        try:
            files = {name: (folder / name).read_bytes() for name in entry.files}
        except OSError as error:
            raise _drift(entry) from error
        if digest(files) != entry.digest:
            raise _drift(entry)
        return pack(files)

    @functools.cached_property
    def _entries(self) -> dict[tuple[str, str], TemplateEntry]:
        try:
            text = (self._root / "functions" / "catalog.json").read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise CatalogDrift("reading functions/catalog.json: it is missing; run ./dev catalog") from error
        entries = [from_plain(TemplateEntry, entry) for entry in json.loads(text)["templates"]]
        return {(entry.provider_type, entry.name): entry for entry in entries}


def _drift(entry: TemplateEntry) -> CatalogDrift:
    return CatalogDrift(
        f"reading template '{entry.address}': its files differ from the catalog; run ./dev catalog"
    )
