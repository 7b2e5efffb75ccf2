"""The same service under another family's names of its fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from functions.domain.errors import FieldProblem, RequestRefused


@contextmanager
def renamed_fields(names: Mapping[str, str]) -> Iterator[None]:
    """Have refusals raised within point at the fields of the caller's own body: `names` is our pointer ->
    theirs.
    """
    try:
        yield
    except RequestRefused as refusal:
        errors = [_renamed(problem, names) for problem in refusal.errors]
        raise RequestRefused(
            refusal.code, refusal.detail, errors=errors, headers=refusal.headers, **refusal.extensions
        ) from refusal


def _renamed(problem: FieldProblem, names: Mapping[str, str]) -> FieldProblem:
    for ours, theirs in names.items():
        if problem.pointer == ours or problem.pointer.startswith(f"{ours}/"):
            return replace(problem, pointer=theirs + problem.pointer.removeprefix(ours))
    return problem
