"""A timer trigger: runs its function at each occurrence, on one host at a time and never twice at once; an
error waits for the next occurrence.

With the monitor (`useMonitor`, on by default, without effect where occurrences are less than a minute apart)
an occurrence that was missed while no host ran is made up for once at the next start, as past due. One that
passes while the function runs is made up for right after that run. A host that does not have the timer's lock
waits for it.
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

_LOCK_INTERVAL = 1.0
"""The real host tries once a minute."""


class Timer:
    """Runs one function by a schedule. Without `storage` nothing outlives the host and no other host is
    heeded.
    """

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
        self._storage_is_away = False

    def start(self) -> None:
        """Keep the schedule in a thread of its own; runs at once where an occurrence was missed, or where the
        function has `run_on_startup`.
        """
        threading.Thread(target=self._run, name=f"timer-{self._function.name}", daemon=True).start()

    def stop(self) -> None:
        """Start no more runs; a running one goes on. The lock is free once this process has ended."""
        self._stopping.set()

    def _run(self) -> None:
        while (status := self._begin()) is None:
            if self._stopping.wait(_LOCK_INTERVAL):
                return
        if self._monitor and status.next < _now():
            logger.info("running function '%s' for an occurrence that was missed", self._function.name)
            status = self._invoke(status, past_due=True)
        elif self._function.trigger.get("runOnStartup"):
            status = self._invoke(status)
        while not self._stopping.wait(max(0.0, status.next.timestamp() - _now().timestamp())):
            # the wait may end early where the clock is set back
            if _now() >= status.next:
                status = self._invoke(status)

    def _begin(self) -> ScheduleStatus | None:
        """Take the lock and read what was recorded; None while another host has it, or storage is away."""
        try:
            if self._storage and not self._storage.take_lock():
                return None
            recorded = self._monitor.read_status() if self._monitor else None
            status = status_at_start(recorded, self._schedule, _now())
            if self._monitor and status != recorded:
                self._monitor.write_status(status)
        except (AzureError, OSError) as error:
            if not self._storage_is_away:
                logger.warning(
                    "taking the lock of timer '%s', and trying again until storage answers: %s",
                    self._function.name,
                    error,
                )
            self._storage_is_away = True
            return None
        return status

    def _invoke(self, status: ScheduleStatus, *, past_due: bool = False) -> ScheduleStatus:
        began = _now()
        request = timer_request(past_due=past_due, status=status if self._monitor else None)
        with self.in_flight.one():
            with contextlib.suppress(InvocationFailedError):
                self._invoker.invoke(self._function, request)
            after = status_after_run(began, self._schedule)
            try:
                if self._monitor:
                    self._monitor.write_status(after)
            except (AzureError, OSError) as error:
                logger.warning("recording the run of timer '%s': %s", self._function.name, error)
        return after


def _now() -> datetime:
    return datetime.now()  # noqa: DTZ005 (schedules are in local time, as in the real host)


def timer_request(*, past_due: bool = False, status: ScheduleStatus | None = None) -> func.TimerRequest:
    """Return the argument of a timer function."""
    return TimerRequest(
        past_due=past_due,
        schedule_status=status.as_record() if status else None,
        schedule={"AdjustForDST": True},
    )
