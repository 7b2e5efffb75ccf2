"""Doing something again where somebody else moved the deployment first."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from functions.domain.errors import ConcurrentChange, ProblemCode, RequestRefused

T = TypeVar("T")

_TRIES = 8


def retry_on_conflict(doing: str, attempt: Callable[[], T]) -> T:
    """What `attempt` gives, which reads and writes anew each time. Raises RequestRefused `conflict` where
    somebody else is first every time.
    """
    for _ in range(_TRIES):
        with suppress(ConcurrentChange):
            return attempt()
    raise RequestRefused(ProblemCode.CONFLICT, f"{doing}: it keeps moving; try again")
