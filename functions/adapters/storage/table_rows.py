"""Converts values to table properties, and refuses rows that Table Storage would not accept.

The limits are Azure's ("Understanding the Table service data model"). Azurite does not enforce all of them,
so this module checks them before anything is sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from functions.domain.errors import ValueRefused

Row = dict[str, Any]

MAX_STRING_UNITS = 32_768
_MAX_PROPERTIES = 252
_MAX_ROW_BYTES = 1024 * 1024
_MAX_KEY_UNITS = 512
MAX_ROWS = 100
_MAX_BATCH_BYTES = 4 * 1024 * 1024
# Bytes that a batch adds for each row: request line, headers, boundaries.
_BATCH_OVERHEAD = 1024
_KEYS = ("PartitionKey", "RowKey")
_FORBIDDEN_IN_KEY = re.compile(r"[/\\#?\x00-\x1f\x7f-\x9f]")

# By default the SDK does not retry a POST. An INSERT is safe to retry: if the row exists, it changes nothing.
RETRY_POST = frozenset({"POST"})


def to_json(name: str, value: Any) -> str:
    """Return the JSON text of a property. Raises ValueRefused for NaN and infinities."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError as exc:
        raise ValueRefused(f"writing property '{name}': it cannot be written as JSON") from exc


def utf16_units(name: str, text: str) -> int:
    """Return the length as Table Storage counts it. Raises ValueRefused for half of a surrogate pair."""
    try:
        return len(text.encode("utf-16-le")) // 2
    except UnicodeEncodeError as exc:
        raise ValueRefused(f"writing property '{name}': it contains half of a surrogate pair") from exc


def check_row(row: Mapping[str, Any]) -> None:
    """Raise ValueRefused, which names the property, for a row that Azure would refuse."""
    for name in _KEYS:
        _check_key(name, row[name])
    properties = {name: value for name, value in row.items() if name not in _KEYS}
    if len(properties) > _MAX_PROPERTIES:
        raise ValueRefused(f"writing row '{row['RowKey']}': it has more than {_MAX_PROPERTIES} properties")
    for name, value in properties.items():
        if isinstance(value, str) and utf16_units(name, value) > MAX_STRING_UNITS:
            raise ValueRefused(f"writing property '{name}': it has more than {MAX_STRING_UNITS} UTF-16 units")
    if _row_bytes(row) > _MAX_ROW_BYTES:
        raise ValueRefused(f"writing row '{row['RowKey']}': it is larger than 1 MiB")


def check_batch(rows: Iterable[Mapping[str, Any]]) -> None:
    """Raise ValueRefused if a row cannot be written, or if the rows do not fit in one batch."""
    rows = list(rows)
    if len(rows) > MAX_ROWS:
        raise ValueRefused(f"writing a batch: it has {len(rows)} rows, {MAX_ROWS} are allowed")
    for row in rows:
        check_row(row)
    if sum(len(to_json("batch", dict(row)).encode()) + _BATCH_OVERHEAD for row in rows) > _MAX_BATCH_BYTES:
        raise ValueRefused("writing a batch: it is larger than 4 MiB")


def _check_key(name: str, key: str) -> None:
    if _FORBIDDEN_IN_KEY.search(key):
        raise ValueRefused(f"writing property '{name}': a key cannot contain / \\ # ? or control characters")
    if utf16_units(name, key) > _MAX_KEY_UNITS:
        raise ValueRefused(f"writing property '{name}': it has more than {_MAX_KEY_UNITS} UTF-16 units")


def _row_bytes(row: Mapping[str, Any]) -> int:
    """Return the size by Azure's formula: 4, the keys, and for each property 8, its name and its value."""
    size = 4
    for name, value in row.items():
        if name in _KEYS:
            size += 2 * utf16_units(name, value)
        else:
            size += 8 + 2 * len(name) + (4 + 2 * utf16_units(name, value) if isinstance(value, str) else 8)
    return size
