"""Patience with a storage service that does not answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from functions.domain.errors import StorageUnavailable
from runner.errors import JobStopped
from runner.process.stop import Stop

T = TypeVar("T")

_FIRST_PAUSE = 0.2
_MAX_PAUSE = 5.0


def retry_until_available(action: Callable[[], T], *, seconds: float, stop: Stop | None = None) -> T:
    """Call `action`, which must bear repeating, until storage answers.

    Raises StorageUnavailable where it has not within `seconds`, JobStopped where the job is to stop.
    """
    deadline = time.monotonic() + seconds
    pause = _FIRST_PAUSE
    while True:
        try:
            return action()
        except StorageUnavailable:
            if time.monotonic() + pause > deadline:
                raise
        time.sleep(pause)
        pause = min(pause * 2, _MAX_PAUSE)
        if stop is not None and stop.reason is not None:
            raise JobStopped(stop.reason)
