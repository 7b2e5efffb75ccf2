"""Converts dataclasses to JSON and back, by their type hints.

App and runner of adjacent releases understand each other, and each reads rows of older ones, by two rules. A
missing member takes its default, and an unknown member is ignored. A missing member without a default is None
if its type allows that, else it is an error: a new member of a record therefore needs a default.

An enum that may get members in other releases is typed `Kind | str`, or with a NewType of str: an unknown
value then stays a text. Any other enum refuses an unknown value.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, NamedTuple, Self, TypeVar, Union, get_args, get_origin, get_type_hints

from functions.domain.clock import from_text, to_text

T = TypeVar("T")

OMITTED_DEFAULT = {"omitted_default": True}
"""The metadata of a field that is written only if it differs from its default. It is for a record that an
older release reads and whose unknown members that release refuses.
"""


class DecodeError(ValueError):
    """A value has the wrong type. The text names the member and never contains the value."""

    def __init__(self, problem: str, member: str = "") -> None:
        super().__init__(f"reading {member}: {problem}" if member else problem)
        self._problem = problem
        self._member = member

    def inside(self, parent: str) -> DecodeError:
        """Return the error with its member named from one level above."""
        return DecodeError(self._problem, f"{parent}.{self._member}" if self._member else parent)


class JsonRecord:
    """A dataclass that is stored or sent as a JSON document."""

    __slots__ = ()

    def to_json(self) -> bytes:
        """Return the document. Equal records have equal bytes."""
        return json.dumps(to_plain(self), ensure_ascii=False).encode()

    @classmethod
    def from_json(cls, data: bytes | str) -> Self:
        """Return the record of a document. Raises ValueError if it is not one."""
        return from_plain(cls, json.loads(data))


def to_plain(record: Any, *, omit_defaults: bool = False) -> Any:
    """Return the JSON object of a record, or None for None."""
    return None if record is None else _codec(type(record)).write(record, omit_defaults)


def from_plain(kind: type[T], body: Any) -> T:
    """Return the record of a JSON object. Raises DecodeError."""
    try:
        record: T = _codec(kind).read(body)
    except DecodeError as error:
        raise error.inside(kind.__name__) from None
    return record


def text_members(kind: type[Any]) -> frozenset[str]:
    """Return the members of a dataclass that are texts in JSON, or null."""
    return frozenset(name for name, hint in get_type_hints(kind).items() if _is_text(hint))


class _Codec(NamedTuple):
    """Converts values of one type. The second argument of `write` omits members that have their default."""

    read: Callable[[Any], Any]
    write: Callable[[Any, bool], Any]


def _make_codec(hint: Any) -> _Codec:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _optional(_codec(_without_none(hint))) if NoneType in arguments else _open_enum(hint)
    if origin is tuple:
        return _list(_codec(arguments[0]))
    if origin in (dict, Mapping):
        return _map(_codec(arguments[1]))
    if is_dataclass(hint) and isinstance(hint, type):
        return _record(hint)
    return _scalar(hint)


def _record(kind: type[Any]) -> _Codec:
    hints = get_type_hints(kind)
    members = [(field, _codec(hints[field.name])) for field in fields(kind)]
    required = [field.name for field in fields(kind) if field.default is field.default_factory is MISSING]
    absent = {name: None for name in required if NoneType in get_args(hints[name])}
    defaults = {
        field.name: field.default if field.default_factory is MISSING else field.default_factory()
        for field in fields(kind)
    }
    omitted = {field.name for field in fields(kind) if field.metadata == OMITTED_DEFAULT}

    def read(body: Any) -> Any:
        values: dict[str, Any] = dict(absent)
        if not isinstance(body, dict):
            raise DecodeError(f"it must be an object, not {_name(body)}")
        for field, codec in members:
            if field.name in body:
                values[field.name] = _read_member(field.name, codec, body[field.name])
        for name in required:
            if name not in values:
                raise DecodeError("it is missing", name)
        return kind(**values)

    def write(record: Any, omit: bool) -> dict[str, Any]:
        values = [(field.name, getattr(record, field.name), codec) for field, codec in members]
        return {
            name: codec.write(value, omit)
            for name, value, codec in values
            if not (omit or name in omitted) or value != defaults[name]
        }

    return _Codec(read, write)


def _read_member(name: str, codec: _Codec, value: Any) -> Any:
    try:
        return codec.read(value)
    except DecodeError as error:
        raise error.inside(name) from None


def _optional(inner: _Codec) -> _Codec:
    return _Codec(
        lambda value: None if value is None else inner.read(value),
        lambda value, omit: None if value is None else inner.write(value, omit),
    )


def _list(item: _Codec) -> _Codec:
    def read(values: Any) -> tuple[Any, ...]:
        if not isinstance(values, list):
            raise DecodeError(f"it must be a list, not {_name(values)}")
        return tuple(map(item.read, values))

    return _Codec(read, lambda values, omit: [item.write(value, omit) for value in values])


def _map(item: _Codec) -> _Codec:
    def read(values: Any) -> dict[str, Any]:
        if not isinstance(values, dict):
            raise DecodeError(f"it must be an object, not {_name(values)}")
        return {name: _read_member(name, item, value) for name, value in values.items()}

    return _Codec(
        read, lambda values, omit: {name: item.write(value, omit) for name, value in values.items()}
    )


def _scalar(kind: Any) -> _Codec:
    if kind is Any:
        return _Codec(lambda value: value, lambda value, _omit: value)
    if kind is datetime:
        return _Codec(_read_time, lambda moment, _omit: to_text(moment))
    if kind in (str, int, bool):
        return _Codec(_exactly(kind), lambda value, _omit: value)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _Codec(_one_of(kind), lambda member, _omit: member.value)
    raise TypeError(f"making a codec: there is none for {kind!r}")


def _one_of(kind: type[StrEnum]) -> Callable[[Any], StrEnum]:
    def read(value: Any) -> StrEnum:
        try:
            return kind(value)
        except ValueError:
            raise DecodeError(f"it must be one of {', '.join(kind)}") from None

    return read


def _open_enum(hint: Any) -> _Codec:
    """Return the codec of `Kind | str`. A NewType may stand for str."""
    kinds = [kind for kind in get_args(hint) if getattr(kind, "__supertype__", kind) is not str]
    if len(kinds) != 1 or len(get_args(hint)) != 2 or not issubclass(kinds[0], StrEnum):
        raise TypeError(f"making a codec: there is none for {hint!r}")
    members: dict[str, StrEnum] = {member.value: member for member in kinds[0]}
    read_text = _exactly(str)

    def read(value: Any) -> str:
        text: str = read_text(value)
        return members.get(text) or text

    return _Codec(read, lambda value, _omit: str(value))


def _exactly(kind: type[Any]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        # `type` and not `isinstance`, as True is an int in Python.
        if type(value) is not kind:
            raise DecodeError(f"it must be {_NAMES[kind]}, not {_name(value)}")
        return value

    return read


def _read_time(value: Any) -> datetime:
    try:
        return from_text(value)
    except (TypeError, ValueError):
        raise DecodeError("it must be an RFC 3339 time with an offset") from None


def _is_text(hint: Any) -> bool:
    inner = _without_none(hint)
    return isinstance(inner, type) and issubclass(inner, str | datetime)


def _without_none(hint: Any) -> Any:
    inner = [argument for argument in get_args(hint) if argument is not NoneType]
    return inner[0] if get_origin(hint) in (Union, UnionType) and len(inner) == 1 else hint


_NAMES = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    float: "a number",
    list: "a list",
    dict: "an object",
    NoneType: "null",
}


def _name(value: Any) -> str:
    return _NAMES.get(type(value), type(value).__name__)


_codec: Callable[[Any], _Codec] = cache(_make_codec)
