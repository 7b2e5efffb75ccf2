"""A timer trigger: runs its function at each occurrence, on one host at a time, and never twice at once.

After an error the function runs at the next occurrence.

The monitor (`useMonitor`, on by default) has no effect if occurrences are less than a minute apart. With it,
the next start runs the function once, as past due, if an occurrence was missed while no host ran. If an
occurrence passes while the function runs, the function runs again right afterwards. A host waits for the lock
of the timer if it does not have it.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from datetime import datetime
from typing import TYPE_CHECKING

import azure.functions as func
from azure.core.exceptions import AzureError
from azure.functions.timer import TimerRequest

from functions.domain.ncrontab import Schedule
from local.host.functions import IndexedFunction
from local.host.http.in_flight import InFlight
from local.host.invocation import InvocationFailedError, Invoker
from local.host.timers.schedule_monitor import ScheduleStatus, is_monitored, status_after_run, status_at_start

if TYPE_CHECKING:
    from local.host.timers.timer_storage import TimerStorage

logger = logging.getLogger("slipway.host")

_LOCK_POLL_SECONDS = 1.0
"""60 s in the real host."""


class Timer:
    """Runs one function by a schedule. Without `storage` it has no status from earlier hosts, and no lock."""

    def __init__(
        self, function: IndexedFunction, schedule: Schedule, invoker: Invoker, storage: TimerStorage | None
    ) -> None:
        self.in_flight = InFlight()
        self._function = function
        self._schedule = schedule
        self._invoker = invoker
        self._storage = storage
        uses_monitor = function.trigger.get("useMonitor", True) and is_monitored(schedule, _now())
        self._monitor = storage if uses_monitor else None
        self._stopping = threading.Event()
        self._is_storage_unavailable = False

    def start(self) -> None:
        """Start the schedule in a new thread.

        The function runs at once if an occurrence was missed, or if it has `run_on_startup`.
        """
        threading.Thread(target=self._run, name=f"timer-{self._function.name}", daemon=True).start()

    def stop(self) -> None:
        """Start no more runs; a running one continues. The lock is free once this process has ended."""
        self._stopping.set()

    def _run(self) -> None:
        while (status := self._begin()) is None:
            if self._stopping.wait(_LOCK_POLL_SECONDS):
                return
        if self._monitor and status.next < _now():
            logger.info("running function '%s' for an occurrence that was missed", self._function.name)
            status = self._invoke(status, past_due=True)
        elif self._function.trigger.get("runOnStartup"):
            status = self._invoke(status)
        while not self._stopping.wait(max(0.0, status.next.timestamp() - _now().timestamp())):
            # The wait may end early if the clock is set back.
            if _now() >= status.next:
                status = self._invoke(status)

    def _begin(self) -> ScheduleStatus | None:
        """Take the lock and return the status; None if another host has it or storage is unavailable."""
        try:
            if self._storage and not self._storage.take_lock():
                return None
            recorded = self._monitor.read_status() if self._monitor else None
            status = status_at_start(recorded, self._schedule, _now())
            if self._monitor and status != recorded:
                self._monitor.write_status(status)
        except (AzureError, OSError) as error:
            if not self._is_storage_unavailable:
                logger.warning(
                    "taking the lock of timer '%s', retrying until storage responds: %s",
                    self._function.name,
                    error,
                )
            self._is_storage_unavailable = True
            return None
        return status

    def _invoke(self, status: ScheduleStatus, *, past_due: bool = False) -> ScheduleStatus:
        started_at = _now()
        request = timer_request(past_due=past_due, status=status if self._monitor else None)
        with self.in_flight.one():
            with contextlib.suppress(InvocationFailedError):
                self._invoker.invoke(self._function, request)
            new_status = status_after_run(started_at, self._schedule)
            try:
                if self._monitor:
                    self._monitor.write_status(new_status)
            except (AzureError, OSError) as error:
                logger.warning("recording the run of timer '%s': %s", self._function.name, error)
        return new_status


def _now() -> datetime:
    return datetime.now()  # noqa: DTZ005 (schedules are in local time, as in the real host)


def timer_request(*, past_due: bool = False, status: ScheduleStatus | None = None) -> func.TimerRequest:
    """Return the argument of a timer function."""
    return TimerRequest(
        past_due=past_due,
        schedule_status=status.as_record() if status else None,
        schedule={"AdjustForDST": True},
    )
