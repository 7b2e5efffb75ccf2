"""The flag that stops a job: the cancel watcher, a signal or the job's time limit sets it."""

from __future__ import annotations

import time
from enum import StrEnum


class StopReason(StrEnum):
    """The reason to stop a job, which is also the code of the failure that the job reports."""

    CANCELLED = "cancelled"
    RUNNER_STOPPED = "runner_stopped"
    COMMAND_TIME_LIMIT = "command_time_limit"
    JOB_TIME_LIMIT = "job_time_limit"


class Stop:
    """Set by the first `request`, or when the time limit has passed. The first reason stays."""

    def __init__(self) -> None:
        self._reason: StopReason | None = None
        self._started = time.monotonic()
        self._deadline: float | None = None

    def request(self, reason: StopReason) -> None:
        """Ask the job to stop. Safe in a signal handler and from any thread."""
        self._reason = self._reason or reason

    def limit(self, seconds: float) -> None:
        """Stop the job this many seconds after the flag was created."""
        self._deadline = self._started + seconds

    @property
    def reason(self) -> StopReason | None:
        """Return the reason to stop, or None while there is none."""
        if self._reason is None and self._deadline is not None and time.monotonic() >= self._deadline:
            self._reason = StopReason.JOB_TIME_LIMIT
        return self._reason
