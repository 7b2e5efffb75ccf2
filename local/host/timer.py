"""A timer trigger: runs its function at each occurrence, never twice at once; an error waits for the next
occurrence.
"""

from __future__ import annotations

import contextlib
import threading
from datetime import datetime

import azure.functions as func
from azure.functions.timer import TimerRequest

from local.host.functions import IndexedFunction
from local.host.in_flight import InFlight
from local.host.invocation import InvocationFailedError, Invoker
from local.host.ncrontab import Schedule


class Timer:
    """Runs one function by a schedule. Nothing is remembered over a restart, so no occurrence is ever past
    due.
    """

    def __init__(self, function: IndexedFunction, schedule: Schedule, invoker: Invoker) -> None:
        self.in_flight = InFlight()
        self._function = function
        self._schedule = schedule
        self._invoker = invoker
        self._stopping = threading.Event()

    def start(self) -> None:
        """Keep the schedule in a thread of its own; runs at once where the function has `run_on_startup`."""
        threading.Thread(target=self._run, name=f"timer-{self._function.name}", daemon=True).start()

    def stop(self) -> None:
        """Start no more runs; a running one goes on."""
        self._stopping.set()

    def _run(self) -> None:
        if self._function.trigger.get("runOnStartup"):
            self._invoke()
        occurrence = self._schedule.next_after(_now())
        while not self._stopping.wait(max(0.0, occurrence.timestamp() - _now().timestamp())):
            # the wait may end early where the clock is set back
            if _now() >= occurrence:
                self._invoke()
                occurrence = self._schedule.next_after(max(_now(), occurrence))

    def _invoke(self) -> None:
        with self.in_flight.one(), contextlib.suppress(InvocationFailedError):
            self._invoker.invoke(self._function, timer_request())


def _now() -> datetime:
    return datetime.now()  # noqa: DTZ005 (schedules are in local time, as in the real host)


def timer_request() -> func.TimerRequest:
    """The argument of a timer function."""
    return TimerRequest(past_due=False, schedule={"AdjustForDST": True})
