"""host.json: the settings that this host supports, with the defaults and bounds of the real host.

A setting `AzureFunctionsJobHost__a__b` overrides the value at `a.b`, as in Azure; names there are
case-insensitive.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.host.errors import AppRefusedError

_OVERRIDE_PREFIX = "AzureFunctionsJobHost__"
_MAX_BATCH_SIZE = 32
_MIN_POLLING_SECONDS = 0.1
_TIME_SPAN = re.compile(
    r"(?:(?P<days>\d+)\.)?(?P<hours>\d{1,2}):(?P<minutes>\d{2}):(?P<seconds>\d{2}(?:\.\d{1,7})?)"
)


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """The section `extensions.queues`. Times are in seconds."""

    batch_size: int = 16
    new_batch_threshold: int = 8
    max_polling_interval: float = 2.0
    """2 s, as in the real host in development; elsewhere 1 min."""
    visibility_timeout: float = 0.0
    """The wait before a failed message is retried. It is not the lease."""
    max_dequeue_count: int = 5
    base64: bool = True


@dataclass(frozen=True, slots=True)
class HostJson:
    """The settings that this host reads from host.json."""

    route_prefix: str
    has_extension_bundle: bool
    queues: QueueSettings


def read_host_json(folder: Path, settings: Mapping[str, str]) -> HostJson:
    """Read `folder`/host.json with the overrides in `settings`.

    Raises AppRefusedError for values that the real host refuses.
    """
    path = folder / "host.json"
    try:
        tree = _lower_keys(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise AppRefusedError(f"reading '{path}': {error}") from error
    if not isinstance(tree, dict) or tree.get("version") != "2.0":
        raise AppRefusedError(f'\'{path}\' needs "version": "2.0"')
    for name, value in settings.items():
        if name.lower().startswith(_OVERRIDE_PREFIX.lower()):
            _override(tree, name[len(_OVERRIDE_PREFIX) :].lower().split("__"), value)
    return HostJson(
        route_prefix=str(_section(tree, "extensions", "http").get("routeprefix", "api")).strip("/"),
        has_extension_bundle="extensionbundle" in tree,
        queues=_queue_settings(_section(tree, "extensions", "queues")),
    )


def _lower_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key).lower(): _lower_keys(item) for key, item in value.items()}
    return value


def _override(tree: dict[str, Any], path: list[str], value: str) -> None:
    for key in path[:-1]:
        child = tree.get(key)
        if not isinstance(child, dict):
            child = tree[key] = {}
        tree = child
    tree[path[-1]] = value


def _section(tree: dict[str, Any], *path: str) -> dict[str, Any]:
    for key in path:
        child = tree.get(key)
        tree = child if isinstance(child, dict) else {}
    return tree


def _queue_settings(section: dict[str, Any]) -> QueueSettings:
    default = QueueSettings()
    batch_size = _integer(section, "batchsize", default.batch_size, low=1, high=_MAX_BATCH_SIZE)
    encoding = str(section.get("messageencoding", "base64")).lower()
    if encoding not in ("base64", "none"):
        raise AppRefusedError(f"'messageEncoding' must be 'base64' or 'none', not '{encoding}'")
    return QueueSettings(
        batch_size=batch_size,
        new_batch_threshold=_integer(
            section, "newbatchthreshold", batch_size // 2 * (os.cpu_count() or 1), low=0
        ),
        max_polling_interval=_seconds(
            section, "maxpollinginterval", default.max_polling_interval, low=_MIN_POLLING_SECONDS
        ),
        visibility_timeout=_seconds(section, "visibilitytimeout", default.visibility_timeout, low=0),
        max_dequeue_count=_integer(section, "maxdequeuecount", default.max_dequeue_count, low=1),
        base64=encoding == "base64",
    )


def _integer(section: dict[str, Any], key: str, default: int, *, low: int, high: int | None = None) -> int:
    try:
        value = int(section.get(key, default))
    except (TypeError, ValueError):
        raise AppRefusedError(f"'{key}' of the queues must be a whole number, not '{section[key]}'") from None
    if value < low or (high is not None and value > high):
        raise AppRefusedError(f"'{key}' of the queues is out of bounds: '{value}'")
    return value


def _seconds(section: dict[str, Any], key: str, default: float, *, low: float) -> float:
    if key not in section:
        return default
    match = _TIME_SPAN.fullmatch(str(section[key]))
    if match is None:
        raise AppRefusedError(
            f"'{key}' of the queues must be a time span like '00:00:02', not '{section[key]}'"
        )
    hours = int(match["days"] or 0) * 24 + int(match["hours"])
    seconds = hours * 3600 + int(match["minutes"]) * 60 + float(match["seconds"])
    if seconds < low:
        raise AppRefusedError(f"'{key}' of the queues must be at least {low:g} s, not '{section[key]}'")
    return seconds
