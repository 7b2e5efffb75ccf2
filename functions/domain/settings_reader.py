"""Declares settings as fields of dataclasses, and reads them. The app, the runner and `docs/settings.md` use
these declarations.

It does not use pydantic, whose import adds 100 ms and more to a cold start (decision 0020).
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

    `parse` raises ValueError with the broken rule, and never repeats the value, which may be a secret. For a
    `required` setting, `missing` says what it is for. `description`, `bounds` and `shown_default` are
    Markdown for people.
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
    """Declare a field that is read from a variable, else takes its default. `repr` omits a secret."""
    setting = Setting(name, description, parse, default, shown_default=shown_default)
    return field(default=default, repr=not secret, metadata={_SETTING: setting})


def required(
    name: str, description: str = "", *, parse: Callable[[str], Any] = str, missing: str = ""
) -> Any:
    """Declare a field whose variable must be set."""
    setting = Setting(name, description, parse, required=True, missing=missing, shown_default="required")
    return field(metadata={_SETTING: setting})


def number(name: str, default: int, minimum: int, maximum: int, description: str = "") -> Any:
    """Declare a field with a whole number within bounds."""
    setting = Setting(
        name,
        description,
        whole_number(minimum, maximum),
        default,
        bounds=f"{minimum} to {maximum}",
        shown_default=str(default),
    )
    return field(default=default, metadata={_SETTING: setting})


def flag(name: str, description: str = "", *, shown_default: str = "") -> Any:
    """Declare a field that is True if its variable is `true`, in any case of letters."""
    return optional(name, description, parse=_is_true, default=False, shown_default=shown_default)


def group(kind: type[T]) -> Any:
    """Declare a field that holds a group of settings."""
    return field(default_factory=kind, metadata={_GROUP: kind})


def whole_number(minimum: int, maximum: int | None = None) -> Callable[[str], int]:
    """Return a function that parses a whole number within bounds."""
    upper = "" if maximum is None else f" to {maximum}"

    def parse(text: str) -> int:
        if (
            not _DIGITS.fullmatch(text)
            or int(text) < minimum
            or (maximum is not None and int(text) > maximum)
        ):
            raise ValueError(f"must be a whole number from {minimum}{upper}")
        return int(text)

    return parse


def read_settings(kind: type[T], environ: Mapping[str, str], **derived: object) -> tuple[T, list[str]]:
    """Return the settings, and every problem. A wrong setting takes its default, so that checks can follow.

    `derived` are the fields that are not read from one variable.
    """
    problems: list[str] = []
    values: dict[str, Any] = dict(derived)
    for member in fields(kind):  # type: ignore[arg-type]  # mypy has no type for any dataclass
        if _GROUP in member.metadata:
            values[member.name], group_problems = read_settings(member.metadata[_GROUP], environ)
            problems += group_problems
        elif _SETTING in member.metadata:
            values[member.name] = _value(member.metadata[_SETTING], environ, problems)
    return kind(**values), problems


def declared_settings(kind: type) -> Iterator[Setting]:
    """Yield every setting of a class in order, including those of its groups."""
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
