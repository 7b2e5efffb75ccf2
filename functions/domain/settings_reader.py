"""Settings as fields of dataclasses: one declaration each, which the readers of app and runner follow, and
`docs/settings.md`. Not pydantic's: importing that costs a cold start 100 ms and more (decision 0020).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

_SETTING = "setting"
_GROUP = "group"
_DIGITS = re.compile(r"[0-9]{1,16}")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable.

    `parse` raises ValueError with the rule that a value breaks, and never repeats the value: it may be a
    secret. Where the setting is `required`, `missing` says what for. `description`, `bounds` and
    `shown_default` are for people, in Markdown.
    """

    name: str
    description: str
    parse: Callable[[str], Any]
    default: Any = None
    required: bool = False
    missing: str = ""
    bounds: str = ""
    shown_default: str = ""


def optional(
    name: str,
    description: str = "",
    *,
    parse: Callable[[str], Any] = str,
    default: Any = None,
    shown_default: str = "",
    secret: bool = False,
) -> Any:
    """Declare a field that is read from a variable, or else has its default. A secret shows in no `repr`."""
    setting = Setting(name, description, parse, default, shown_default=shown_default)
    return field(default=default, repr=not secret, metadata={_SETTING: setting})


def required(
    name: str, description: str = "", *, parse: Callable[[str], Any] = str, missing: str = ""
) -> Any:
    """Declare a field whose variable must be set."""
    setting = Setting(name, description, parse, required=True, missing=missing, shown_default="required")
    return field(metadata={_SETTING: setting})


def number(name: str, default: int, least: int, most: int, description: str = "") -> Any:
    """Declare a field with a whole number within bounds."""
    setting = Setting(
        name,
        description,
        whole_number(least, most),
        default,
        bounds=f"{least} to {most}",
        shown_default=str(default),
    )
    return field(default=default, metadata={_SETTING: setting})


def flag(name: str, description: str = "", *, shown_default: str = "") -> Any:
    """Declare a field that is on where its variable is `true`, however written."""
    return optional(name, description, parse=_is_true, default=False, shown_default=shown_default)


def group(kind: type[T]) -> Any:
    """Declare a field that holds settings of its own."""
    return field(default_factory=kind, metadata={_GROUP: kind})


def whole_number(least: int, most: int | None = None) -> Callable[[str], int]:
    """Return what parses a whole number within bounds."""
    upper = "" if most is None else f" to {most}"

    def parse(text: str) -> int:
        if not _DIGITS.fullmatch(text) or int(text) < least or (most is not None and int(text) > most):
            raise ValueError(f"must be a whole number from {least}{upper}")
        return int(text)

    return parse


def read_settings(kind: type[T], environ: Mapping[str, str], **derived: object) -> tuple[T, list[str]]:
    """Return (the settings, all that is wrong with them): a wrong one has its default, for the checks that
    follow. `derived` are the fields that no single variable decides.
    """
    problems: list[str] = []
    values: dict[str, Any] = dict(derived)
    for member in fields(kind):  # type: ignore[arg-type]  # a dataclass, which no type says
        if _GROUP in member.metadata:
            values[member.name], further = read_settings(member.metadata[_GROUP], environ)
            problems += further
        elif _SETTING in member.metadata:
            values[member.name] = _value(member.metadata[_SETTING], environ, problems)
    return kind(**values), problems


def declared_settings(kind: type) -> Iterator[Setting]:
    """Yield every setting of a class, those of its groups included, in order."""
    for member in fields(kind):
        if _GROUP in member.metadata:
            yield from declared_settings(member.metadata[_GROUP])
        elif _SETTING in member.metadata:
            yield member.metadata[_SETTING]


def _value(setting: Setting, environ: Mapping[str, str], problems: list[str]) -> Any:
    text = environ.get(setting.name, "").strip()
    if not text:
        if setting.required:
            problems.append(f"'{setting.name}' is not set" + (setting.missing and f": {setting.missing}"))
        return setting.default
    try:
        return setting.parse(text)
    except ValueError as error:
        problems.append(f"'{setting.name}' {error}")
        return setting.default


def _is_true(text: str) -> bool:
    return text.lower() == "true"
