"""Collects what several checks refuse, so that a caller sees every wrong field at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from functions.domain.errors import FieldProblem, RequestRefused

T = TypeVar("T")


class ErrorCollector:
    """True once anything was refused."""

    def __init__(self) -> None:
        self._refused: list[RequestRefused] = []

    def __bool__(self) -> bool:
        return bool(self._refused)

    def of(self, check: Callable[[], T]) -> T | None:
        """What the check gives, or None where it refuses."""
        try:
            return check()
        except RequestRefused as refused:
            self._refused.append(refused)
            return None

    @property
    def fields(self) -> list[FieldProblem]:
        """The wrong fields of all of them."""
        return [problem for refused in self._refused for problem in refused.errors]

    def merged(self) -> RequestRefused:
        """The one refusal as it is, or `invalid_request` with the wrong fields of all of them."""
        if len(self._refused) == 1:
            return self._refused[0]
        detail = "; ".join(refused.detail for refused in self._refused)
        return RequestRefused("invalid_request", detail, errors=self.fields)
