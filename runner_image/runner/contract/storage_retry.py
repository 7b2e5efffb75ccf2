"""Retries storage calls while storage is unavailable."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from functions.domain.errors import StorageUnavailable
from runner.errors import JobStopped
from runner.process.stop import Stop

T = TypeVar("T")

_FIRST_PAUSE_SECONDS = 0.2
_MAX_PAUSE_SECONDS = 5.0


def retry_until_available(action: Callable[[], T], *, seconds: float, stop: Stop | None = None) -> T:
    """Call `action`, which must be safe to repeat, until storage responds.

    Raises StorageUnavailable if storage does not respond within `seconds`, JobStopped if the job is to stop.
    """
    deadline = time.monotonic() + seconds
    pause = _FIRST_PAUSE_SECONDS
    while True:
        try:
            return action()
        except StorageUnavailable:
            if time.monotonic() + pause > deadline:
                raise
        time.sleep(pause)
        pause = min(pause * 2, _MAX_PAUSE_SECONDS)
        if stop is not None and stop.reason is not None:
            raise JobStopped(stop.reason)
