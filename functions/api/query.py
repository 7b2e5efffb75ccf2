"""Declares query parameters as fields of a dataclass, and parses them.

Decision 0020 says why these are no pydantic models.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, TypeVar

from functions.domain.clock import from_text
from functions.domain.errors import ProblemCode, RequestRefused

# Azure's clients add these to any address: the function key, its client id, an API version.
IGNORED = frozenset({"code", "clientId", "api-version"})

_MAX_TEXT_LENGTH = 4096
_PARAMETER = "parameter"
_DIGITS = re.compile(r"[0-9]{1,16}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_LOST_PLUS = re.compile(r".*:\d\d(\.\d+)? \d\d:\d\d", re.ASCII)

Q = TypeVar("Q")


@dataclass(frozen=True, slots=True)
class QueryParameter:
    """One parameter. `expected` describes in words the values that `parse` accepts.

    `parse` raises ValueError for any other value, with a text only if that helps more than `expected`.
    """

    expected: str
    parse: Callable[[str], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoQuery:
    """The query of a path without parameters."""


def parameter(kind: QueryParameter, default: Any = None) -> Any:
    """Declare a field that holds the parameter of the same name."""
    return field(default=default, metadata={_PARAMETER: kind})


def parameters_of(query: type) -> dict[str, QueryParameter]:
    """Return the parameters of a dataclass by name."""
    return {member.name: member.metadata[_PARAMETER] for member in fields(query)}


def whole_number(minimum: int, maximum: int) -> QueryParameter:
    """Return a parameter that is a whole number within bounds."""

    def parse(text: str) -> int:
        if not _DIGITS.fullmatch(text) or not minimum <= int(text) <= maximum:
            raise ValueError
        return int(text)

    return QueryParameter(f"a whole number from {minimum} to {maximum}", parse)


def one_of(values: Iterable[str]) -> QueryParameter:
    """Return a parameter that is one of the given words."""
    allowed = tuple(values)

    def parse(text: str) -> str:
        if text not in allowed:
            raise ValueError
        return text

    return QueryParameter(f"one of {', '.join(allowed)}", parse)


def text(max_length: int = _MAX_TEXT_LENGTH) -> QueryParameter:
    """Return a parameter that is a text and not empty."""

    def parse(value: str) -> str:
        if not 1 <= len(value) <= max_length:
            raise ValueError
        return value

    return QueryParameter(f"text of 1 to {max_length} characters", parse)


def moment() -> QueryParameter:
    """Return a parameter that is an RFC 3339 time with its offset from UTC."""

    def parse(value: str) -> datetime:
        if _LOST_PLUS.fullmatch(value):
            raise ValueError("has a space in place of '+': encode '+' as %2B, or end the time with Z")
        if not _TIME.fullmatch(value):
            raise ValueError
        try:
            return from_text(value.upper())
        except (ValueError, OverflowError):
            raise ValueError from None

    return QueryParameter("a time with an offset, such as 2026-11-21T03:04:05Z", parse)


def parse_query(pairs: Iterable[tuple[str, str]], query: type[Q]) -> Q:
    """Return the query. A missing parameter takes its default.

    Raises RequestRefused `invalid_query` with every wrong parameter.
    """
    parameters = parameters_of(query)
    values: dict[str, Any] = {}
    problems: list[dict[str, Any]] = []
    for name, value in pairs:
        if name in IGNORED:
            continue
        if name not in parameters:
            problems.append(
                _problem(name, "unknown_parameter", _unknown_detail(parameters), sorted(parameters))
            )
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


def _unknown_detail(parameters: Mapping[str, QueryParameter]) -> str:
    listed = ", ".join(sorted(parameters))
    return f"is unknown; this path accepts {listed or 'no parameters'}"


def _problem(name: str, code: str, detail: str, expected: Any) -> dict[str, Any]:
    return {"name": name[:100], "code": code, "detail": detail, "expected": expected}
