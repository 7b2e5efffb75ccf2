"""Adds the engine to a copy of the app, like a developer would: its folder, a row each in the registry, the
engines' table and the provider types, and a template in the catalog.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from functions.domain.catalog.bundle import digest

_HERE = Path(__file__).parent
_ROWS = {
    "runner_image/runner/engines/registry.py": """
from runner.engines.text.engine import TEXT

ENGINES = {**ENGINES, TEXT.name: TEXT}
""",
    "functions/domain/jobs/engines.py": """
ENGINES["text"] = EngineAbilities("text", _PLANNED)
""",
    "functions/domain/catalog/providers.py": """
PROVIDER_TYPES["text-local"] = ProviderType("text-local", "local", "text", "notes", supported=True)
""",
}


def install_text_engine(app: Path) -> None:
    """Add the provider type `text-local` with the template `greeting` to the app."""
    folder = app / "runner_image" / "runner" / "engines" / "text"
    folder.mkdir()
    (folder / "__init__.py").touch()
    shutil.copy(_HERE / "engine.py", folder)
    for name, row in _ROWS.items():
        with (app / name).open("a", encoding="utf-8") as file:
            file.write(row)
    shutil.copytree(_HERE / "template", app / "templates" / "text" / "local" / "greeting")
    catalog = app / "functions" / "catalog.json"
    body = json.loads(catalog.read_text(encoding="utf-8"))
    body["templates"].append(_entry(body["templates"]))
    catalog.write_text(json.dumps(body), encoding="utf-8")


def _entry(templates: list[dict[str, object]]) -> dict[str, object]:
    """Return the entry of Terraform's greeting, changed for this engine."""
    (greeting,) = (entry for entry in templates if entry["address"] == "terraform/local/greeting")
    files = {"note.txt": (_HERE / "template" / "note.txt").read_bytes()}
    properties = {"name": {"type": "string"}, "seconds": {"type": "integer", "minimum": 0}}
    return {
        **greeting,
        "address": "text/local/greeting",
        "path": "text/local/greeting",
        "engine": "text",
        "provider_type": "text-local",
        "digest": digest(files),
        "files": list(files),
        "parameters": {"type": "object", "properties": properties, "additionalProperties": False},
        "outputs": [{"name": "greeting", "description": None, "sensitive": False}],
    }
