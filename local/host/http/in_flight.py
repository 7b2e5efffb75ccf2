"""Counts the running functions, so that a stop can wait for them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class InFlight:
    """Counts the pieces of work that run at the moment."""

    def __init__(self) -> None:
        self._running = 0
        self._changed = threading.Condition()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Count the body of the `with` as running."""
        with self._changed:
            self._running += 1
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def wait_until_idle(self, seconds: float) -> bool:
        """Wait until nothing runs; return False if something still runs after `seconds`."""
        with self._changed:
            return self._changed.wait_for(lambda: self._running == 0, seconds)
