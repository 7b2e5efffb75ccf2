"""Repeats a change if another client changed the deployment first."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from functions.domain.errors import ConcurrentChange, ProblemCode, RequestRefused

T = TypeVar("T")

_MAX_ATTEMPTS = 8


def retry_on_conflict(doing: str, attempt: Callable[[], T]) -> T:
    """Return the result of `attempt`, which reads and writes again at each call.

    Raises RequestRefused `conflict` if another client was faster every time.
    """
    for _ in range(_MAX_ATTEMPTS):
        with suppress(ConcurrentChange):
            return attempt()
    raise RequestRefused(ProblemCode.CONFLICT, f"{doing}: other clients keep changing it; try again")
