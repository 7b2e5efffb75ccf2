"""Checks a JSON value, such as a template's parameters, against a JSON Schema (draft 2020-12).

It uses `jsonschema-rs`, whose patterns take linear time (decision 0005): no template and no caller can block
the API with a pattern. It is imported at the first check, to keep the cold start short.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from functions.domain.errors import FieldProblem
from functions.validation.messages import SchemaError, describe

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError, Validator

MAX_PROBLEMS = 100


def validate(instance: Any, schema: Mapping[str, Any], *, root: str = "/parameters") -> list[FieldProblem]:
    """Return the wrong fields of the instance, ordered by pointer, at most MAX_PROBLEMS.

    `root` is the instance's own pointer (RFC 6901) in the request. Raises ValueError for an invalid schema.
    """
    validator = _validator(json.dumps(schema))
    errors = (part for error in validator.iter_errors(instance) for part in _parts(error, schema))
    problems = [describe(error, schema, root) for error in islice(errors, MAX_PROBLEMS)]
    mistyped = {problem.pointer for problem in problems if problem.code == "wrong_type"}
    unique = {
        (problem.pointer, problem.code, problem.detail): problem
        for problem in problems
        # A value of the wrong type breaks other rules as well, which need no report.
        if problem.code == "wrong_type" or problem.pointer not in mistyped
    }
    return [unique[key] for key in sorted(unique)]


@functools.lru_cache(maxsize=256)
def _validator(schema: str) -> Validator:
    """Return the validator of a schema's JSON text. Equal schemas are compiled once."""
    from jsonschema_rs import Draft202012Validator, RegexOptions

    return Draft202012Validator(json.loads(schema), pattern_options=RegexOptions())


def _parts(error: ValidationError, schema: Mapping[str, Any]) -> Iterator[SchemaError]:
    """Yield an error for every field that the validator's error is about."""
    path = tuple(str(part) for part in error.instance_path)
    *location, keyword = (str(part) for part in error.schema_path)
    subschema = _at(schema, location)
    match error.kind.as_dict():
        case {"unexpected": list(names)}:
            for name in names:
                yield SchemaError(keyword, (*path, name), subschema, error.instance)
        case {"property": str(name)}:
            yield SchemaError(keyword, (*path, name), subschema, error.instance)
        case _:
            # For an empty text, `minLength` already reports that it must not be empty.
            if keyword != "pattern" or error.instance != "" or not subschema.get("minLength"):
                yield SchemaError(keyword, path, subschema, error.instance)


def _at(schema: Mapping[str, Any], location: list[str]) -> Mapping[str, Any]:
    """Return the subschema at a location, or an empty one if it is true, false or missing."""
    part: Any = schema
    for step in location:
        part = part[int(step)] if isinstance(part, list) else part.get(step, {})
    return part if isinstance(part, Mapping) else {}
