"""The one flag that tells a job to stop: set by the cancel watcher, a signal or the job's time limit."""

from __future__ import annotations

import time
from enum import StrEnum


class StopReason(StrEnum):
    """Why a job is to stop; also the code of the failure that it then reports."""

    CANCELLED = "cancelled"
    RUNNER_STOPPED = "runner_stopped"
    COMMAND_TIME_LIMIT = "command_time_limit"
    JOB_TIME_LIMIT = "job_time_limit"


class Stop:
    """Not asked to stop until `request` is called or the time limit has passed; the first reason stays."""

    def __init__(self) -> None:
        self._reason: StopReason | None = None
        self._started = time.monotonic()
        self._deadline: float | None = None

    def request(self, reason: StopReason) -> None:
        """Ask the job to stop. Safe in a signal handler and from any thread."""
        self._reason = self._reason or reason

    def limit(self, seconds: float) -> None:
        """Have the job stop this many seconds after the flag was made."""
        self._deadline = self._started + seconds

    @property
    def reason(self) -> StopReason | None:
        """Why the job is to stop, or None while it is not."""
        if self._reason is None and self._deadline is not None and time.monotonic() >= self._deadline:
            self._reason = StopReason.JOB_TIME_LIMIT
        return self._reason
