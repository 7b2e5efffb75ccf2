"""Converts the conditions of a variable's validation blocks to JSON Schema, as far as possible.

A condition consists of parts joined by `&&`. A part that is not recognized is left to Terraform, which checks
it at the plan. Here a length counts characters; in Terraform it counts grapheme clusters.
"""

from __future__ import annotations

from typing import Any

from local.catalog.terraform.expressions import (
    Call,
    Expression,
    Literal,
    Not,
    Operation,
    Reference,
    TupleExpression,
)
from local.catalog.terraform.patterns import portable
from local.catalog.terraform.types import Schema

_FLIPPED = {">=": "<=", "<=": ">=", ">": "<", "<": ">", "==": "=="}
_LENGTHS = {
    "string": ("minLength", "maxLength"),
    "array": ("minItems", "maxItems"),
    "object": ("minProperties", "maxProperties"),
}
_NUMBERS = ("number", "integer")
_LIMITS = {">=": "minimum", "<=": "maximum", ">": "exclusiveMinimum", "<": "exclusiveMaximum"}


def bounds(condition: Expression, variable: str, schema: Schema) -> list[Schema]:
    """Return the keywords for the recognized parts of the condition. `schema` does not include null."""
    subject = Reference(f"var.{variable}")
    allows_null, rest = _without_null_guard(condition, subject)
    bounds_of_parts = (_bound(part, subject, schema.get("type")) for part in _parts(rest))
    return [_or_null(keywords) if allows_null else keywords for keywords in bounds_of_parts if keywords]


def _parts(condition: Expression) -> list[Expression]:
    if isinstance(condition, Operation) and condition.operator == "&&":
        return [*_parts(condition.left), *_parts(condition.right)]
    return [condition]


def _without_null_guard(condition: Expression, subject: Reference) -> tuple[bool, Expression]:
    """Return (True, rest) for `var.x == null || rest`, else (False, condition)."""
    match condition:
        case Operation("||", guard, rest) if guard == Operation("==", subject, Literal(None)):
            return True, rest
    return False, condition


def _or_null(keywords: Schema) -> Schema:
    return {**keywords, "enum": [*keywords["enum"], None]} if "enum" in keywords else keywords


def _bound(part: Expression, subject: Reference, kind: Any) -> Schema | None:
    if isinstance(part, Not):
        inner = _pattern(part.operand, subject, kind)
        # null does not match the pattern.
        return {"not": {"type": "string", **inner}} if inner else None
    if isinstance(part, Operation):
        return _comparison(part, subject, kind)
    return _choice(part, subject, kind) or _pattern(part, subject, kind)


def _choice(part: Expression, subject: Reference, kind: Any) -> Schema | None:
    """Return the keywords of `contains([...], var.x)`."""
    if not (isinstance(part, Call) and part.function == "contains" and len(part.arguments) == 2):
        return None
    choices, value = part.arguments
    if value != subject or not isinstance(choices, TupleExpression) or not choices.items:
        return None
    values = [item.value for item in choices.items if isinstance(item, Literal)]
    all_literal = len(values) == len(choices.items) and all(_is_of(kind, item) for item in values)
    return {"enum": values} if all_literal else None


def _is_of(kind: Any, value: object) -> bool:
    if kind == "string":
        return isinstance(value, str)
    return kind in _NUMBERS and isinstance(value, (int, float)) and not isinstance(value, bool)


def _pattern(part: Expression, subject: Reference, kind: Any) -> Schema | None:
    """Return the keywords of `can(regex("...", var.x))`."""
    match part:
        case Call("can", (Call("regex", (Literal(str() as pattern), value)),)) if (
            value == subject and kind == "string"
        ):
            schema_pattern = portable(pattern)
            return None if schema_pattern is None else {"pattern": schema_pattern}
    return None


def _comparison(part: Operation, subject: Reference, kind: Any) -> Schema | None:
    if kind in _NUMBERS and part in _whole(subject):
        return {"type": "integer"}
    operator, left, right = part.operator, part.left, part.right
    if isinstance(left, Literal):
        operator, left, right = _FLIPPED.get(operator, ""), right, left
    limit = right.value if isinstance(right, Literal) else None
    if isinstance(limit, bool) or not isinstance(limit, (int, float)):
        return None
    if left == Call("length", (subject,)) and kind in _LENGTHS and isinstance(limit, int):
        return _length(operator, limit, *_LENGTHS[kind])
    if left == subject and kind in _NUMBERS and operator in _LIMITS:
        return {_LIMITS[operator]: limit}
    return None


def _length(operator: str, limit: int, min_keyword: str, max_keyword: str) -> Schema | None:
    spans = {
        ">=": {min_keyword: limit},
        ">": {min_keyword: limit + 1},
        "<=": {max_keyword: limit},
        "<": {max_keyword: limit - 1},
        "==": {min_keyword: limit, max_keyword: limit},
    }
    span = spans.get(operator)
    return span if span and all(value >= 0 for value in span.values()) else None


def _whole(subject: Reference) -> tuple[Operation, ...]:
    """Return the usual conditions for a whole number."""
    rounded = [Call(function, (subject,)) for function in ("floor", "ceil")]
    pairs = [pair for call in rounded for pair in ((call, subject), (subject, call))]
    remainder = Operation("==", Operation("%", subject, Literal(1)), Literal(0))
    return (*(Operation("==", *pair) for pair in pairs), remainder)
