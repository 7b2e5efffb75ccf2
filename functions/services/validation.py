"""Checks a JSON value against a JSON Schema (draft 2020-12): bodies of requests, parameters of templates."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from functions.domain.errors import FieldProblem
from functions.services.field_problems import describe

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

MOST_PROBLEMS = 100

# Beyond this a pattern may take Python too long; see local/catalog/patterns.py for the bound that makes this
# enough.
LONGEST_PATTERN_SUBJECT = 256

_MOST_VALIDATORS = 256
_ESCAPE_OR_CLASS_OR_END = re.compile(r"\\.|\[\^?(?:\\.|[^\]\\])*\]|\$", re.DOTALL)

# The validator keeps its schema, so a schema's id stays its own for as long as it is a key here.
_validators: dict[int, Validator] = {}


def validate(instance: Any, schema: Mapping[str, Any], *, root: str = "/parameters") -> list[FieldProblem]:
    """Every wrong field of the instance in the order of pointers, at most MOST_PROBLEMS; none if it fits the
    schema.

    `root` is the instance's own pointer (RFC 6901) in the request. The schema must not change after its first
    use. A `pattern` is tried on values of at most LONGEST_PATTERN_SUBJECT characters, so give it a
    `maxLength` beside it.
    """
    errors = _validator(schema).iter_errors(instance)
    problems = [describe(error, schema, root) for error in itertools.islice(errors, MOST_PROBLEMS)]
    mistyped = {problem.pointer for problem in problems if problem.code == "wrong_type"}
    # A value of the wrong type breaks other rules for that reason alone.
    kept = (each for each in problems if each.code == "wrong_type" or each.pointer not in mistyped)
    told = {(each.pointer, each.code, each.detail): each for each in kept}
    return [told[key] for key in sorted(told)]


def _validator(schema: Mapping[str, Any]) -> Validator:
    found = _validators.get(id(schema))
    if found is None:
        if len(_validators) >= _MOST_VALIDATORS:
            _validators.clear()
        found = _validators[id(schema)] = _validator_class()(schema)
    return found


@functools.cache
def _validator_class() -> Any:
    # Importing jsonschema takes longer than answering a request without a body.
    from jsonschema import Draft202012Validator, validators

    ours = {"pattern": _pattern, "required": _required, "additionalProperties": _additional_properties}
    return validators.extend(Draft202012Validator, ours)  # type: ignore[no-untyped-call]


def _pattern(_: Any, pattern: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    # what may not be empty and is gets told so, and not twice
    is_told = instance == "" and schema.get("minLength", 0) > 0
    is_tried = isinstance(instance, str) and len(instance) <= LONGEST_PATTERN_SUBJECT and not is_told
    if is_tried and not _regex(pattern).search(instance):
        yield _error("pattern")


@functools.lru_cache(maxsize=1024)
def _regex(pattern: str) -> re.Pattern[str]:
    """The ECMAScript pattern for Python: `$` is the very end of the text, digits and words are ASCII."""
    tokens = _ESCAPE_OR_CLASS_OR_END.sub(_end, pattern)
    return re.compile(tokens, re.ASCII)


def _end(match: re.Match[str]) -> str:
    return r"\Z" if match.group() == "$" else match.group()


def _required(_: Any, names: Sequence[str], instance: Any, _schema: Any) -> Iterator[ValidationError]:
    for name in names if isinstance(instance, dict) else ():
        if name not in instance:
            yield _error("required", name)


def _additional_properties(
    validator: Any, allowed: Any, instance: Any, schema: Mapping[str, Any]
) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    for name in instance.keys() - schema.get("properties", {}).keys():
        if allowed is False:
            yield _error("additionalProperties", name)
        else:
            yield from validator.descend(instance[name], allowed, path=name)


def _error(message: str, *path: str) -> ValidationError:
    from jsonschema import ValidationError

    return ValidationError(message, path=path)
