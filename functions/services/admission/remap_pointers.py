"""What one use case refuses, said in the field names of another one that is built on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from functions.domain.errors import FieldProblem, RequestRefused


@contextmanager
def remap_pointers(names: Mapping[str, str]) -> Iterator[None]:
    """Have refusals raised within point at the fields of the caller's own body.

    `names` is a pointer there -> the caller's; of several that fit the first one holds.
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
