"""Waits for conditions in other processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

_FIRST_PAUSE_SECONDS = 0.02
# asking costs processor time that whoever is waited for needs
_MAX_PAUSE_SECONDS = 0.25


def attempts(seconds: float) -> Iterator[None]:
    """Yield at once, and then after longer and longer pauses, until the seconds have passed."""
    deadline = time.monotonic() + seconds
    pause = _FIRST_PAUSE_SECONDS
    while True:
        yield
        if time.monotonic() > deadline:
            return
        time.sleep(pause)
        pause = min(1.5 * pause, _MAX_PAUSE_SECONDS)


def eventually(condition: Callable[[], object], *, seconds: float = 120) -> None:
    """Poll until the condition is true; fail the test if it is not within `seconds`."""
    for _ in attempts(seconds):
        if condition():
            return
    raise AssertionError("the condition did not become true in time")
