"""The pause of a queue listener between two polls of an empty queue."""

from __future__ import annotations

import random
import threading

_FIRST_SECONDS = 0.1


class PollingPause:
    """The back-off of the real host: 0.1 s, then 0.1 s plus a growing random part, up to `max_seconds`."""

    def __init__(self, max_seconds: float) -> None:
        self._max_seconds = max_seconds
        self._misses = 0
        self._woken = threading.Event()

    def reset(self) -> None:
        """Begin again with the shortest pause."""
        self._misses = 0

    def wake(self) -> None:
        """End the running pause, or else the next one, at once."""
        self._woken.set()

    def wait(self) -> None:
        """Pause. Each pause is longer than the one before, until `reset`."""
        self._woken.wait(self._next_seconds())
        self._woken.clear()

    def _next_seconds(self) -> float:
        seconds = _FIRST_SECONDS
        if self._misses:
            jitter = random.uniform(0.8, 1.2)  # noqa: S311 (no secret)
            seconds += jitter * _FIRST_SECONDS * 2.0 ** min(self._misses, 16)
        self._misses += 1
        return min(seconds, self._max_seconds)
