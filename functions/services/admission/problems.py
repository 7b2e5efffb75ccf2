"""Combines the errors of several checks into one, and rewrites their pointers for the caller's body."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from functions.domain.errors import FieldProblem, ProblemCode, RequestRefused

T = TypeVar("T")


class ErrorCollector:
    """Collects the RequestRefused errors of several checks; truthy once it holds one."""

    def __init__(self) -> None:
        self._errors: list[RequestRefused] = []

    def __bool__(self) -> bool:
        return bool(self._errors)

    def collect(self, check: Callable[[], T]) -> T | None:
        """Return the result of the check, or None if it refuses."""
        try:
            return check()
        except RequestRefused as error:
            self._errors.append(error)
            return None

    @property
    def fields(self) -> list[FieldProblem]:
        """Return the wrong fields of all errors."""
        return [problem for error in self._errors for problem in error.errors]

    def to_error(self) -> RequestRefused:
        """Return the only error unchanged, or `invalid_request` with the wrong fields of all of them."""
        if len(self._errors) == 1:
            return self._errors[0]
        detail = "; ".join(error.detail for error in self._errors)
        return RequestRefused(ProblemCode.INVALID_REQUEST, detail, errors=self.fields)


@contextmanager
def remap_pointers(names: Mapping[str, str]) -> Iterator[None]:
    """Rewrite the pointers of errors raised within: from the fields of an inner use case to the caller's.

    `names` maps a pointer of the inner use case to the caller's. The first match applies.
    """
    try:
        yield
    except RequestRefused as error:
        errors = [_remap(problem, names) for problem in error.errors]
        raise RequestRefused(
            error.code, error.detail, errors=errors, headers=error.headers, **error.extensions
        ) from error


def _remap(problem: FieldProblem, names: Mapping[str, str]) -> FieldProblem:
    for inner, outer in names.items():
        if problem.pointer == inner or problem.pointer.startswith(f"{inner}/"):
            return replace(problem, pointer=outer + problem.pointer.removeprefix(inner))
    return problem
