"""`local.settings.json`, with which the Functions Core Tools (`func start`) run the app on this machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from functions.domain import environment_names as names
from local.files import read_json, write_whole


def write_local_settings(path: Path, settings: Mapping[str, str]) -> str | None:
    """Write the file where there is none; a developer's own is left alone.

    Returns a line for the user where the file names another storage than `settings` do.
    """
    if not path.exists():
        values = {"FUNCTIONS_WORKER_RUNTIME": "python", **settings}
        write_whole(path, json.dumps({"IsEncrypted": False, "Values": values}, indent=2) + "\n")
        return None
    values_found = read_json(path).get("Values")
    if isinstance(values_found, dict) and values_found.get(names.STORAGE) == settings[names.STORAGE]:
        return None
    return f"'{path.name}' names another storage than this one; delete it to have it made again"
