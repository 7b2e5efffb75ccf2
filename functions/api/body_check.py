"""Reads a request's body into its model, and reports every wrong field at once.

Import this only where a body is read: `function_app` must not import pydantic, which takes 100 ms.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable

from functions.domain.errors import FieldProblem, ProblemCode, RequestRefused
from functions.validation.models import InputModel, M, parse_input


def model_named(name: str) -> type[InputModel]:
    """Return the model that a route names as `module.Class` of `bodies`."""
    module, _, model = name.partition(".")
    model_class: type[InputModel] = getattr(importlib.import_module(f"functions.api.bodies.{module}"), model)
    return model_class


def read_body(model: type[M], sent: object, semantic_checks: Callable[[object], Iterable[FieldProblem]]) -> M:
    """Return the body that was sent as JSON.

    `semantic_checks` run only if the body is wrong already. They find what a handler would refuse next.
    Raises RequestRefused `invalid_request` with every wrong field.
    """
    body, problems = parse_input(model, sent)
    if body is not None and not problems:
        return body
    pointers = {problem.pointer for problem in problems}
    problems += [problem for problem in semantic_checks(sent) if problem.pointer not in pointers]
    count = "one field is" if len(problems) == 1 else f"{len(problems)} fields are"
    raise RequestRefused(ProblemCode.INVALID_REQUEST, f"checking the body: {count} wrong", errors=problems)
