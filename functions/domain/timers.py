"""The timers that Slipway depends on: their default schedules, and when one of them has not run for too
long.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from functions.domain.ncrontab import parse_schedule


class Timer(StrEnum):
    """A timer, by the name of its function."""

    RECONCILE = "reconcile"
    RETENTION = "retention"


DEFAULT_SCHEDULES = {Timer.RECONCILE: "0 */5 * * * *", Timer.RETENTION: "0 30 * * * *"}

MAX_RUN_LENGTH = timedelta(minutes=10)
"""The host ends a function that takes longer (`functionTimeout` of host.json)."""


@dataclass(frozen=True, slots=True)
class TimerRun:
    """`at` is when the timer last completed a run. While it has completed none, `has_run` is False and `at`
    is when Slipway began to wait for the first.
    """

    at: datetime
    has_run: bool


def check_schedule(text: str) -> None:
    """Raise ValueError for what is no NCRONTAB expression of six fields.

    The Functions host takes five fields, too, but the scale controller in Azure does not: such a timer never
    fires there while no instance runs.
    """
    if len(text.split()) != 6:
        raise ValueError("a schedule needs six fields")
    parse_schedule(text)


def overdue_at(schedule: str, run: TimerRun) -> datetime:
    """Return from when on a timer counts as stopped: two occurrences in a row passed, and the time that a run
    may take.
    """
    parsed = parse_schedule(schedule)
    # schedules are in the host's local time
    local = run.at.astimezone().replace(tzinfo=None)
    second = parsed.next_after(parsed.next_after(local))
    return second.astimezone(UTC) + MAX_RUN_LENGTH
