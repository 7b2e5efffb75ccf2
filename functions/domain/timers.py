"""The timers on which Slipway depends: their default schedules, and when a timer is overdue."""

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
"""The host ends a function that runs longer (`functionTimeout` of host.json)."""


@dataclass(frozen=True, slots=True)
class TimerRun:
    """The last run of a timer.

    `at` is when it completed. Before the first run `has_run` is False, and `at` is when Slipway began to wait
    for it.
    """

    at: datetime
    has_run: bool


def check_schedule(text: str) -> None:
    """Raise ValueError unless the text is an NCRONTAB expression of six fields.

    The Functions host accepts five fields as well, but Azure's scale controller does not: there such a timer
    never fires while no instance runs.
    """
    if len(text.split()) != 6:
        raise ValueError("a schedule needs six fields")
    parse_schedule(text)


def overdue_at(schedule: str, run: TimerRun) -> datetime:
    """Return when a timer is overdue: after two occurrences, plus the longest time that a run may take."""
    parsed = parse_schedule(schedule)
    # Schedules are in the host's local time.
    local = run.at.astimezone().replace(tzinfo=None)
    second = parsed.next_after(parsed.next_after(local))
    return second.astimezone(UTC) + MAX_RUN_LENGTH
