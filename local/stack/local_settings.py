"""Writes `local.settings.json`, the settings for the Functions Core Tools (`func start`) on this machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from functions.domain import environment_names as names
from local.files import read_json, write_whole


def write_local_settings(path: Path, settings: Mapping[str, str]) -> str | None:
    """Write the file if it does not exist; never change an existing one.

    Returns a notice for the user if the file names another storage than `settings`.
    """
    if not path.exists():
        values = {"FUNCTIONS_WORKER_RUNTIME": "python", **settings}
        write_whole(path, json.dumps({"IsEncrypted": False, "Values": values}, indent=2) + "\n")
        return None
    current_values = read_json(path).get("Values")
    if isinstance(current_values, dict) and current_values.get(names.STORAGE) == settings[names.STORAGE]:
        return None
    return f"'{path.name}' names another storage than this one; delete it, and it is written again"
