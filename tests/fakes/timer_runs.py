from __future__ import annotations

import threading

from functions.domain.timers import Timer, TimerRun


class MemoryTimerRuns:
    def __init__(self) -> None:
        self._runs: dict[Timer, TimerRun] = {}
        self._lock = threading.Lock()

    def get(self, timer: Timer) -> TimerRun | None:
        with self._lock:
            return self._runs.get(timer)

    def put(self, timer: Timer, run: TimerRun) -> None:
        with self._lock:
            self._runs[timer] = run

    def add(self, timer: Timer, run: TimerRun) -> None:
        with self._lock:
            self._runs.setdefault(timer, run)
