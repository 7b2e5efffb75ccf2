"""Converts Terraform's type constraints to JSON Schema.

The schema is stricter than Terraform, to find mistakes: "3" is no number, an object has no undeclared
attribute, a set no duplicate, and no element of a collection is null.
https://developer.hashicorp.com/terraform/language/expressions/type-constraints
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from local.catalog.terraform.expressions import (
    Call,
    Expression,
    Literal,
    ObjectExpression,
    Reference,
    TupleExpression,
    UnsupportedExpression,
)
from local.catalog.terraform.hcl import literal

Schema: TypeAlias = dict[str, Any]

_PRIMITIVES = {"string": "string", "number": "number", "bool": "boolean"}
_ANYTHING = ("string", "number", "boolean", "array", "object")
_SHORTHANDS = {"list": "list", "set": "set", "map": "map"}


def schema_of(constraint: Expression) -> Schema:
    """Return the JSON Schema of a type constraint, without null. Raises UnsupportedExpression."""
    if isinstance(constraint, Literal) and isinstance(constraint.value, str):
        # Terraform still supports the quoted types of its 0.11: "string", "list" and "map".
        return schema_of(Reference(constraint.value))
    if isinstance(constraint, Reference):
        return _named(constraint.path)
    if (
        isinstance(constraint, Call)
        and constraint.function in _CONSTRUCTORS
        and len(constraint.arguments) == 1
    ):
        return _CONSTRUCTORS[constraint.function](constraint.arguments[0])
    raise UnsupportedExpression("it is not a type")


def with_null(schema: Schema) -> Schema:
    """Return the schema with null allowed."""
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return {**schema, "type": [*types, "null"]}


def _named(name: str) -> Schema:
    if name in _PRIMITIVES:
        return {"type": _PRIMITIVES[name]}
    if name == "any":
        return {"type": list(_ANYTHING)}
    if name in _SHORTHANDS:
        return _CONSTRUCTORS[name](Reference("any"))
    raise UnsupportedExpression(f"{name!r} is not a type")


def _list(element: Expression) -> Schema:
    return {"type": "array", "items": schema_of(element)}


def _set(element: Expression) -> Schema:
    return {**_list(element), "uniqueItems": True}


def _map(element: Expression) -> Schema:
    return {"type": "object", "additionalProperties": schema_of(element)}


def _tuple(elements: Expression) -> Schema:
    if not isinstance(elements, TupleExpression):
        raise UnsupportedExpression("tuple() takes a list of types")
    count = len(elements.items)
    items = [schema_of(element) for element in elements.items]
    return {"type": "array", "prefixItems": items, "items": False, "minItems": count, "maxItems": count}


def _object(attributes: Expression) -> Schema:
    if not isinstance(attributes, ObjectExpression):
        raise UnsupportedExpression("object() takes attributes with their types")
    properties = {name: _attribute(constraint) for name, constraint in attributes.items}
    required = sorted(name for name, constraint in attributes.items if not _is_optional(constraint))
    schema: Schema = {"type": "object", "additionalProperties": False, "properties": properties}
    return {**schema, "required": required} if required else schema


def _attribute(constraint: Expression) -> Schema:
    """Return the schema of an attribute. It may be null, as Terraform cannot forbid that."""
    if not (isinstance(constraint, Call) and constraint.function == "optional"):
        return with_null(schema_of(constraint))
    if len(constraint.arguments) not in (1, 2):
        raise UnsupportedExpression("optional() takes a type and a default")
    schema = with_null(schema_of(constraint.arguments[0]))
    return (
        {**schema, "default": literal(constraint.arguments[1])} if len(constraint.arguments) == 2 else schema
    )


def _is_optional(constraint: Expression) -> bool:
    return isinstance(constraint, Call) and constraint.function == "optional"


_CONSTRUCTORS: dict[str, Callable[[Expression], Schema]] = {
    "list": _list,
    "set": _set,
    "map": _map,
    "tuple": _tuple,
    "object": _object,
}
