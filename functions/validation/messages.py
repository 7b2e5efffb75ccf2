"""Describes broken rules of a JSON Schema in words. The words never repeat a value that the caller sent."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from functions.domain.errors import FieldProblem

_MAX_LIST_LENGTH = 300
_MAX_NAME_LENGTH = 60
_CODES = {
    "required": "missing",
    "additionalProperties": "unknown_field",
    "type": "wrong_type",
    "enum": "not_allowed",
    "const": "not_allowed",
    "not": "not_allowed",
    "pattern": "bad_pattern",
    "minLength": "too_short",
    "maxLength": "too_long",
    "minItems": "too_few",
    "minProperties": "too_few",
    "maxItems": "too_many",
    "maxProperties": "too_many",
    "minimum": "too_small",
    "exclusiveMinimum": "too_small",
    "maximum": "too_large",
    "exclusiveMaximum": "too_large",
    "uniqueItems": "duplicate_items",
}
_FORMS = {
    "minLength": "must have {} or more characters",
    "maxLength": "must have {} or fewer characters",
    "minItems": "must have {} or more items",
    "maxItems": "must have {} or fewer items",
    "minProperties": "must have {} or more entries",
    "maxProperties": "must have {} or fewer entries",
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "exclusiveMinimum": "must be greater than {}",
    "exclusiveMaximum": "must be less than {}",
    "pattern": "must match {}",
    "required": "is required",
    "uniqueItems": "must not contain an item twice",
}
_KINDS = {
    "string": "a string",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


@dataclass(frozen=True, slots=True)
class SchemaError:
    """A broken rule: the keyword, the path of the value, the schema with the keyword, and the value."""

    keyword: str
    path: tuple[str, ...]
    schema: Mapping[str, Any]
    instance: Any

    @property
    def rule(self) -> Any:
        """Return the keyword's value in the schema."""
        return self.schema.get(self.keyword)


def describe(error: SchemaError, schema: Mapping[str, Any], root: str) -> FieldProblem:
    """Return the field's problem.

    Its detail is the schema's `x-error-messages[keyword]`, if it has one. For a value within an `x-sensitive`
    property, the pointer ends at the property, because names inside it may be secret as well.
    """
    path = error.path
    if path and schema.get("properties", {}).get(path[0], {}).get("x-sensitive"):
        path = path[:1]
    code = "not_integer" if _is_fraction(error) else _CODES.get(error.keyword, "invalid")
    own_words = error.schema.get("x-error-messages", {}).get(error.keyword) if code != "wrong_type" else None
    words = _WORDS.get(error.keyword, _by_form)
    return FieldProblem(root + _pointer(path), code, own_words or words(error), _expected(error))


def _pointer(path: Iterable[str]) -> str:
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)


def _is_fraction(error: SchemaError) -> bool:
    expects_integer = error.keyword == "type" and "integer" in _types(error)
    return expects_integer and isinstance(error.instance, float)


def _types(error: SchemaError) -> list[str]:
    value: Any = error.rule
    return [value] if isinstance(value, str) else list(value)


def _expected(error: SchemaError) -> Any:
    """Return what a right value is, as JSON: a type, the allowed values, the bound, the known names."""
    if error.keyword == "required":
        return _properties(error).get(error.path[-1], {}).get("type")
    if error.keyword == "additionalProperties":
        return sorted(_properties(error))
    value: Any = error.rule
    return None if isinstance(value, (dict, bool)) else value


def _properties(error: SchemaError) -> Mapping[str, Any]:
    properties: Mapping[str, Any] = error.schema.get("properties", {})
    return properties


def _unknown(error: SchemaError) -> str:
    name = error.path[-1][:_MAX_NAME_LENGTH]
    nearest = difflib.get_close_matches(name, list(_properties(error)), 1)
    return f"is unknown; did you mean '{nearest[0]}'?" if nearest else "is unknown"


def _mistyped(error: SchemaError) -> str:
    wanted = " or ".join(_KINDS.get(kind, kind) for kind in _types(error))
    return f"must be {wanted}, got {_kind_of(error.instance)}"


def _kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, (int, float)):
        return "a number"
    kinds: dict[type, str] = {str: "a string", list: "a list", dict: "an object"}
    return kinds.get(type(value), "null")


def _choice(error: SchemaError) -> str:
    choices: Any = error.rule
    listed = ", ".join(_quoted(choice) for choice in choices)
    return f"must be one of {_cut(listed)}" if len(choices) > 1 else f"must be {_cut(listed)}"


def _constant(error: SchemaError) -> str:
    return f"must be {_cut(_quoted(error.rule))}"


def _quoted(value: Any) -> str:
    plain = {None: "null", True: "true", False: "false"}
    if value is None or isinstance(value, bool):
        return plain[value]
    return f"'{value}'" if isinstance(value, str) else str(value)


def _forbidden(error: SchemaError) -> str:
    inner: Any = error.rule
    pattern = inner.get("pattern") if isinstance(inner, dict) else None
    return f"must not match {_cut(pattern)}" if pattern else "is not allowed"


def _by_form(error: SchemaError) -> str:
    form = _FORMS.get(error.keyword, "does not match the schema")
    return form.format(_cut(str(error.rule)))


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_LIST_LENGTH else text[:_MAX_LIST_LENGTH] + "…"


_WORDS: dict[str, Callable[[SchemaError], str]] = {
    "additionalProperties": _unknown,
    "type": _mistyped,
    "enum": _choice,
    "const": _constant,
    "not": _forbidden,
}
