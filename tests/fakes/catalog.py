from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace

from functions.domain.catalog.bundle import digest, pack
from functions.domain.catalog.template_entry import TemplateEntry
from functions.domain.errors import CatalogDrift
from tests.builders import a_template

_FILES = {"main.tf": b'output "greeting" { value = "hello" }\n'}


class MemoryCatalog:
    """A catalog with `terraform/local/greeting`. Tests may change `entries`."""

    def __init__(self) -> None:
        greeting = a_template(digest=digest(_FILES), files=tuple(_FILES))
        self.entries: dict[tuple[str, str], TemplateEntry] = {
            (greeting.provider_type, greeting.name): greeting
        }

    def make_sensitive(self, name: str, parameter: str) -> None:
        """Declare a parameter of the template as sensitive."""
        for address, entry in self.entries.items():
            if entry.name == name:
                self.entries[address] = replace(entry, sensitive_parameters=(parameter,))

    def list(self) -> Sequence[TemplateEntry]:
        return sorted(self.entries.values(), key=lambda entry: entry.address)

    def get(self, provider_type: str, name: str) -> TemplateEntry | None:
        return self.entries.get((provider_type, name))

    def nearest(self, provider_type: str, name: str) -> str | None:
        names = [entry.name for entry in self.entries.values() if entry.provider_type == provider_type]
        return next(iter(difflib.get_close_matches(name, names, 1)), None)

    def bundle(self, entry: TemplateEntry) -> bytes:
        if entry.digest != digest(_FILES):
            raise CatalogDrift(f"reading template '{entry.address}': its files have changed")
        return pack(_FILES)
