"""Reads a request's body into its model, with every wrong field at once. Imported at the first body."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from typing import TypeVar

from pydantic import ValidationError

from functions.api.bodies.base import Body
from functions.domain.errors import FieldProblem, RequestRefused
from functions.services.validation import validate

B = TypeVar("B", bound=Body)


def model_named(name: str) -> type[Body]:
    """Return the model that a route names as `module.Class` of `bodies`."""
    module, _, model = name.partition(".")
    found: type[Body] = getattr(importlib.import_module(f"functions.api.bodies.{module}"), model)
    return found


def read_body(model: type[B], sent: object, semantic_checks: Callable[[object], Iterable[FieldProblem]]) -> B:
    """Return the body that was sent as JSON.

    `semantic_checks` are asked only where something is wrong already, for what a handler would find next.
    Raises RequestRefused `invalid_request` with every wrong field.
    """
    body, problems = _parse(model, sent)
    if body is not None and not problems:
        return body
    pointers = {problem.pointer for problem in problems}
    problems += [problem for problem in semantic_checks(sent) if problem.pointer not in pointers]
    count = "one field is" if len(problems) == 1 else f"{len(problems)} fields are"
    raise RequestRefused("invalid_request", f"checking the body: {count} wrong", errors=problems)


def _parse(model: type[B], sent: object) -> tuple[B | None, list[FieldProblem]]:
    problems = validate(sent, model.body_schema(), root="")
    try:
        return model.model_validate(sent), problems
    except ValidationError as error:
        pointers = {problem.pointer for problem in problems}
        own = [problem for problem in _own_problems(error) if problem.pointer not in pointers]
        return None, problems + own


def _own_problems(error: ValidationError) -> Iterable[FieldProblem]:
    """Yield what the models' own validators refuse; the JSON Schema has told the rest in its words."""
    for item in error.errors(include_url=False, include_input=False):
        if "expected" in (context := item.get("ctx", {})) and item["type"] == "not_allowed":
            yield FieldProblem(f"/{item['loc'][0]}", "not_allowed", item["msg"], context["expected"])
