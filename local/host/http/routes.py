"""Finds the HTTP function for a request.

Functions are tried in the order of their names in upper case, and the first match wins: a literal has no
precedence over a parameter. The method is part of the match, so a wrong method gets 404, never 405. Literals
are case-insensitive. A path with an empty segment (`//x`, `/x//y`) matches nothing, not even a catch-all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from local.host.errors import AppRefusedError
from local.host.functions import IndexedFunction

_PARAMETER = re.compile(r"\{(?P<rest>\*{0,2})(?P<name>[A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class _Segment:
    literal: str
    parameter: str | None = None
    takes_rest: bool = False


@dataclass(frozen=True, slots=True)
class _Route:
    function: IndexedFunction
    methods: frozenset[str]
    segments: tuple[_Segment, ...]

    def allows(self, method: str) -> bool:
        return not self.methods or method in self.methods


class RouteTable:
    """The HTTP functions of an app, by route.

    Raises AppRefusedError for a route that the Functions host refuses (reserved, or used twice for one
    method) or that this host does not support (constraints, optional parameters, parts of a segment).
    """

    def __init__(self, functions: Iterable[IndexedFunction], prefix: str) -> None:
        ordered = sorted(functions, key=lambda function: function.name.upper())
        self._routes = [_route(function, prefix) for function in ordered]
        _refuse_duplicates(self._routes)

    def match(self, method: str, path: str) -> tuple[IndexedFunction, Mapping[str, str]] | None:
        """Return the function for `method` (upper case) and the decoded `path`, with its route parameters."""
        whole = path.removeprefix("/")
        segments = whole.removesuffix("/").split("/") if whole else []
        if "" in segments:
            return None
        for route in self._routes:
            if route.allows(method):
                parameters = _match(route.segments, segments, whole)
                if parameters is not None:
                    return route.function, parameters
        return None


def _route(function: IndexedFunction, prefix: str) -> _Route:
    route = str(function.trigger.get("route") or function.name).strip("/")
    if route.split("/")[0].lower() in ("admin", "runtime"):
        raise AppRefusedError(
            f"function '{function.name}' has the route '{route}', which is reserved for the host"
        )
    template = f"{prefix}/{route}".strip("/")
    segments = tuple(_segment(text, function) for text in template.split("/")) if template else ()
    if any(segment.takes_rest for segment in segments[:-1]):
        raise AppRefusedError(
            f"function '{function.name}' has a catch-all before the end of its route '{template}'"
        )
    methods = frozenset(str(method).upper() for method in function.trigger.get("methods") or ())
    return _Route(function, methods, segments)


def _segment(text: str, function: IndexedFunction) -> _Segment:
    if "{" not in text and "}" not in text:
        return _Segment(literal=text.lower())
    parameter = _PARAMETER.fullmatch(text)
    if parameter is None:
        raise AppRefusedError(
            f"function '{function.name}' has '{text}' in its route, which this host does not support"
        )
    return _Segment(literal="", parameter=parameter["name"], takes_rest=bool(parameter["rest"]))


def _match(template: tuple[_Segment, ...], segments: list[str], whole: str) -> dict[str, str] | None:
    parameters: dict[str, str] = {}
    for index, segment in enumerate(template):
        if segment.takes_rest and segment.parameter:
            rest = whole.split("/", index)[index:]
            return {**parameters, segment.parameter: rest[0]} if rest and rest[0] else parameters
        if index >= len(segments):
            return None
        if segment.parameter:
            parameters[segment.parameter] = segments[index]
        elif segment.literal != segments[index].lower():
            return None
    return parameters if len(segments) == len(template) else None


def _refuse_duplicates(routes: list[_Route]) -> None:
    for index, later in enumerate(routes):
        for earlier in routes[:index]:
            same_path = _shape(earlier) == _shape(later)
            common = not earlier.methods or not later.methods or earlier.methods & later.methods
            if same_path and common:
                raise AppRefusedError(
                    f"functions '{earlier.function.name}' and '{later.function.name}' share a route"
                )


def _shape(route: _Route) -> tuple[tuple[str, bool, bool], ...]:
    return tuple(
        (segment.literal, segment.parameter is not None, segment.takes_rest) for segment in route.segments
    )
