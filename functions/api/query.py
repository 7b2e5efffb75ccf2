"""Query parameters: how a dataclass declares the ones that a path takes, and how they are parsed.

Not pydantic models: their import would cost the first GET 100 ms, for the same types (decision 0020).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, TypeVar

from functions.domain.clock import from_text
from functions.domain.errors import ProblemCode, RequestRefused

# Azure's own callers add these to any address: the function key, its client id, an API version.
IGNORED = frozenset({"code", "clientId", "api-version"})

_MAX_TEXT_LENGTH = 4096
_PARAMETER = "parameter"
_DIGITS = re.compile(r"[0-9]{1,16}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_LOST_PLUS = re.compile(r".*:\d\d(\.\d+)? \d\d:\d\d", re.ASCII)

Q = TypeVar("Q")


@dataclass(frozen=True, slots=True)
class QueryParameter:
    """One parameter: `expected` says in words what `parse` takes.

    `parse` raises ValueError for anything else, with a text only where that helps more than `expected`.
    """

    expected: str
    parse: Callable[[str], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoQuery:
    """What a path without parameters takes."""


def parameter(kind: QueryParameter, default: Any = None) -> Any:
    """Declare a field that is a parameter of the same name."""
    return field(default=default, metadata={_PARAMETER: kind})


def parameters_of(query: type) -> dict[str, QueryParameter]:
    """Return the parameters that a dataclass declares, by name."""
    return {member.name: member.metadata[_PARAMETER] for member in fields(query)}


def whole_number(least: int, most: int) -> QueryParameter:
    """A whole number within bounds."""

    def parse(text: str) -> int:
        if not _DIGITS.fullmatch(text) or not least <= int(text) <= most:
            raise ValueError
        return int(text)

    return QueryParameter(f"a whole number from {least} to {most}", parse)


def one_of(values: Iterable[str]) -> QueryParameter:
    """One of the given words."""
    allowed = tuple(values)

    def parse(text: str) -> str:
        if text not in allowed:
            raise ValueError
        return text

    return QueryParameter(f"one of {', '.join(allowed)}", parse)


def text(longest: int = _MAX_TEXT_LENGTH) -> QueryParameter:
    """Any text that is not empty."""

    def parse(value: str) -> str:
        if not 1 <= len(value) <= longest:
            raise ValueError
        return value

    return QueryParameter(f"a text of 1 to {longest} characters", parse)


def moment() -> QueryParameter:
    """A time by RFC 3339, with its offset from UTC."""

    def parse(value: str) -> datetime:
        if _LOST_PLUS.fullmatch(value):
            raise ValueError("has a '+' that came as a space: write it as %2B, or give the time with Z")
        if not _TIME.fullmatch(value):
            raise ValueError
        try:
            return from_text(value.upper())
        except (ValueError, OverflowError):
            raise ValueError from None

    return QueryParameter("a time with an offset, such as 2026-11-21T03:04:05Z", parse)


def parse_query(pairs: Iterable[tuple[str, str]], query: type[Q]) -> Q:
    """Return the query; a parameter that was not given has its default.

    Raises RequestRefused `invalid_query` with every wrong one.
    """
    parameters = parameters_of(query)
    values: dict[str, Any] = {}
    problems: list[dict[str, Any]] = []
    for name, value in pairs:
        if name in IGNORED:
            continue
        if name not in parameters:
            problems.append(_problem(name, "unknown_parameter", _unknown(parameters), sorted(parameters)))
        elif name in values:
            problems.append(_problem(name, "repeated", "must be given once", parameters[name].expected))
        else:
            values[name] = _value(name, value, parameters[name], problems)
    if problems:
        detail = "; ".join(f"'{problem['name']}' {problem['detail']}" for problem in problems)
        raise RequestRefused(ProblemCode.INVALID_QUERY, detail, parameters=problems)
    return query(**values)


def _value(name: str, value: str, parameter: QueryParameter, problems: list[dict[str, Any]]) -> Any:
    try:
        return parameter.parse(value)
    except ValueError as error:
        detail = str(error) or f"must be {parameter.expected}"
        problems.append(_problem(name, "not_valid", detail, parameter.expected))
        return None


def _unknown(parameters: Mapping[str, QueryParameter]) -> str:
    listed = ", ".join(sorted(parameters))
    return f"is not known here; this path takes {listed or 'no parameters'}"


def _problem(name: str, code: str, detail: str, expected: Any) -> dict[str, Any]:
    return {"name": name[:100], "code": code, "detail": detail, "expected": expected}
