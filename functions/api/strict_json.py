"""Parses a JSON body strictly: RFC 8259 in UTF-8, and the rules of I-JSON (RFC 7493) that catch mistakes.

Python's own parser accepts duplicate keys, NaN and lone surrogates, and turns 1e400 into infinity.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

MAX_DEPTH = 32

# A longer whole number exceeds the largest double, 1.8e308, the limit of most other JSON parsers.
_MAX_DIGITS = 308
_MAX_SHOWN_LENGTH = 60
_BOM = "\ufeff"
# Skips strings. The possessive quantifiers prevent backtracking, so no input makes the search slow.
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]++|\\.?)*+"?|[\[\]{}]', re.DOTALL)
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


class JsonRefused(ValueError):
    """The text is not JSON, or parsers would disagree on it. The message names the problem and its place."""


def parse(data: bytes) -> Any:
    """Return the value of a JSON text. Whole numbers stay exact. Raises JsonRefused."""
    text = _decode(data)
    _check_depth(text)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_float=_float,
            parse_int=_int,
        )
    except json.JSONDecodeError as error:
        raise JsonRefused(f"{_lower(error.msg)} at line {error.lineno}, column {error.colno}") from error
    _check_surrogates(text, value)
    return value


def _decode(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise JsonRefused(f"it is not UTF-8: byte {error.start} is invalid") from error
    if text.startswith(_BOM):
        raise JsonRefused("it begins with a byte order mark; send UTF-8 without one")
    return text


def _check_depth(text: str) -> None:
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        character = match[0][0]
        if character in "[{":
            depth += 1
        elif character in "]}":
            depth -= 1
        if depth > MAX_DEPTH:
            raise JsonRefused(f"it is nested deeper than {MAX_DEPTH} levels")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                shown = name[:_MAX_SHOWN_LENGTH].encode("utf-8", "backslashreplace").decode()
                raise JsonRefused(f"the key '{shown}' appears twice in one object")
            seen.add(name)
    return members


def _no_constant(name: str) -> Any:
    raise JsonRefused(f"{name} is not a JSON number")


def _float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise JsonRefused(f"the number {text[:_MAX_SHOWN_LENGTH]} is too large")
    return number


def _int(text: str) -> int:
    if len(text.lstrip("-")) > _MAX_DIGITS:
        raise JsonRefused(f"a whole number has more than {_MAX_DIGITS} digits")
    return int(text)


def _check_surrogates(text: str, value: Any) -> None:
    if not _SURROGATE_ESCAPE.search(text):
        return
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise JsonRefused("a string contains half of a surrogate pair (\\ud800 to \\udfff)") from error


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
