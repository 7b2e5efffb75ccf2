"""What maintenance needs from the outside, as protocols like those of `functions/ports.py`."""

from __future__ import annotations

from typing import Protocol

from functions.domain.timers import Timer, TimerRun


class TimerRuns(Protocol):
    """When each timer last ran. Every method may raise StorageUnavailable."""

    def get(self, timer: Timer) -> TimerRun | None:
        """Return the last run, or None where nothing was ever written."""

    def put(self, timer: Timer, run: TimerRun) -> None:
        """Write the run, over the one before."""

    def add(self, timer: Timer, run: TimerRun) -> None:
        """Write the run unless there is one."""
