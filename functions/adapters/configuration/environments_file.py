"""Reads the environments of an installation from a JSON file; docs/settings.md describes it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from functions.domain.environments import Environment, Environments
from functions.domain.errors import SettingsInvalid
from functions.domain.jobs.terraform_backends import backend_problems
from functions.domain.jobs.terraform_state import Backend
from functions.domain.status import Approval

_FILE_KEYS = ("default", "environments")
# The same rule as for `env_id` in the API.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class _Key:
    """A key of an environment. `expected` describes in words the values that `accepts` allows."""

    default: Any
    accepts: Callable[[Any], bool]
    expected: str


def read_environments(path: Path) -> Environments:
    """Return the environments. Raises SettingsInvalid with every problem at once."""
    doing = f"reading the environments of '{path}'"
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsInvalid([f"{doing}: {error}"]) from error
    entries = body.get("environments") if isinstance(body, dict) else None
    if not isinstance(entries, dict) or not entries:
        raise SettingsInvalid([f"{doing}: there is no 'environments' object"])
    if problems := list(_problems(body, entries)):
        raise SettingsInvalid([f"{doing}: {problem}" for problem in problems])
    return Environments(body["default"], {name: _environment(name, entry) for name, entry in entries.items()})


def _environment(name: str, entry: Mapping[str, Any]) -> Environment:
    values = {**{name: key.default for name, key in _KEYS.items()}, **entry}
    return Environment(
        id=name,
        location=values["location"],
        tags=values["tags"],
        approval=Approval(values["approval"]),
        self_approval=values["self_approval"],
        reveal=tuple(values["reveal"]),
        backend=Backend(values["backend"]["type"], values["backend"].get("config", {})),
    )


def _problems(body: Mapping[str, Any], entries: Mapping[str, Any]) -> Iterator[str]:
    yield from _unknown(body, _FILE_KEYS)
    if body.get("default") not in list(entries):
        yield f"'default' must be one of {', '.join(sorted(entries))}"
    for name, entry in entries.items():
        if not _NAME.fullmatch(name):
            yield f"environment '{name}': a name has letters, digits, '-' and '_', at most 64"
        yield from (f"environment '{name}': {problem}" for problem in _entry_problems(entry))


def _entry_problems(entry: Any) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield "it must be an object"
        return
    yield from _unknown(entry, _KEYS)
    for name, key in _KEYS.items():
        if not key.accepts(entry.get(name, key.default)):
            yield f"'{name}' must be {key.expected}"
    backend = entry.get("backend", _KEYS["backend"].default)
    if _is_backend(backend):
        yield from backend_problems(backend["type"], backend.get("config", {}))


def _unknown(body: Mapping[str, Any], allowed: Mapping[str, Any] | tuple[str, ...]) -> list[str]:
    return [f"'{key}' is not one of {', '.join(allowed)}" for key in sorted(body) if key not in allowed]


def _is_text_map(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())


def _is_text_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_backend(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("type"), str)
        and isinstance(value.get("config", {}), dict)
        and not value.keys() - {"type", "config"}
    )


_KEYS: dict[str, _Key] = {
    "approval": _Key(
        "none", lambda value: value in list(map(str, Approval)), f"one of {', '.join(Approval)}"
    ),
    "backend": _Key({"type": "local"}, _is_backend, "an object with 'type' and 'config'"),
    "location": _Key(None, lambda value: value is None or isinstance(value, str), "a region's name, or null"),
    "reveal": _Key(["creator"], _is_text_list, "a list of callers' names, 'creator' or '*'"),
    "self_approval": _Key(False, lambda value: isinstance(value, bool), "true or false"),
    "tags": _Key({}, _is_text_map, "an object of text values"),
}
