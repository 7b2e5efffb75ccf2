"""Reads the environments of an installation from a JSON file; docs/settings.md describes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from functions.domain.backends import backend_problems
from functions.domain.environments import Environment, Environments
from functions.domain.errors import SettingsInvalid
from functions.domain.state import Backend
from functions.domain.status import Approval

_KEYS = {"location", "tags", "approval", "self_approval", "reveal", "backend"}
_LOCAL: dict[str, Any] = {"type": "local"}


def read_environments(path: Path) -> Environments:
    """The environments. Raises SettingsInvalid with every problem at once."""
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsInvalid([f"reading the environments of '{path}': {error}"]) from error
    problems: list[str] = []
    entries = body.get("environments") if isinstance(body, dict) else None
    if not isinstance(entries, dict) or not entries:
        raise SettingsInvalid([f"reading the environments of '{path}': there is no 'environments' object"])
    found = {name: _environment(name, entry, problems) for name, entry in entries.items()}
    if body.get("default") not in found:
        problems.append(f"'default' must be one of {', '.join(sorted(found))}")
    if problems:
        raise SettingsInvalid([f"reading the environments of '{path}': {problem}" for problem in problems])
    return Environments(body["default"], found)


def _environment(name: str, body: Any, problems: list[str]) -> Environment:
    if not isinstance(body, dict):
        problems.append(f"environment '{name}' must be an object")
        body = {}
    wrong = [*_unknown(body), *_mistyped(body)]
    problems += [f"environment '{name}': {problem}" for problem in wrong]
    if wrong:
        body = {}
    backend = body.get("backend", _LOCAL)
    config = backend.get("config", {})
    problems += [f"environment '{name}': {problem}" for problem in backend_problems(backend["type"], config)]
    return Environment(
        id=name,
        location=body.get("location"),
        tags=body.get("tags", {}),
        approval=Approval(body.get("approval", Approval.NONE)),
        self_approval=body.get("self_approval", False),
        reveal=tuple(body.get("reveal", ("creator",))),
        backend=Backend(backend["type"], config),
    )


def _unknown(body: Mapping[str, Any]) -> list[str]:
    return [f"'{key}' is not one of {', '.join(sorted(_KEYS))}" for key in sorted(body.keys() - _KEYS)]


def _mistyped(body: Mapping[str, Any]) -> list[str]:
    backend = body.get("backend", _LOCAL)
    checks = {
        "location": body.get("location") is None or isinstance(body["location"], str),
        "tags": _is_text_map(body.get("tags", {})),
        "approval": body.get("approval", Approval.NONE) in set(Approval),
        "self_approval": isinstance(body.get("self_approval", False), bool),
        "reveal": _is_text_list(body.get("reveal", [])),
        "backend": isinstance(backend, dict)
        and isinstance(backend.get("type"), str)
        and isinstance(backend.get("config", {}), dict)
        and not backend.keys() - {"type", "config"},
    }
    expected = {
        "location": "a region's name, or null",
        "tags": "an object of text values",
        "approval": f"one of {', '.join(Approval)}",
        "self_approval": "true or false",
        "reveal": "a list of callers' names, 'creator' or '*'",
        "backend": "an object with 'type' and 'config'",
    }
    return [f"'{key}' must be {expected[key]}" for key, is_right in checks.items() if not is_right]


def _is_text_map(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())


def _is_text_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
