"""The recorded status of a timer, which shows if it missed an occurrence while no host ran.

As in the real host, the first start records the next occurrence. A later start runs the function once as past
due if any occurrences were missed. A changed schedule starts from the beginning.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from functions.domain.ncrontab import Schedule

_MIN_INTERVAL = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ScheduleStatus:
    """The last run (None before the first), the next occurrence, and the time when that was computed."""

    last: datetime | None
    next: datetime
    last_updated: datetime

    def as_record(self) -> dict[str, str]:
        """Return the status with the field names of the real host."""
        return {
            "Last": self.last.isoformat() if self.last else "",
            "Next": self.next.isoformat(),
            "LastUpdated": self.last_updated.isoformat(),
        }


def is_monitored(schedule: Schedule, now: datetime) -> bool:
    """Return False for a schedule of less than a minute: its next occurrence makes up for a missed one."""
    following = schedule.next_after(now)
    return schedule.next_after(following) - following >= _MIN_INTERVAL


def status_at_start(recorded: ScheduleStatus | None, schedule: Schedule, now: datetime) -> ScheduleStatus:
    """Return the status at a start. If its `next` is before `now`, an occurrence was missed."""
    if recorded is None:
        return ScheduleStatus(None, schedule.next_after(now), now)
    computed_from = recorded.last or recorded.last_updated
    expected = schedule.next_after(computed_from)
    if recorded.next == expected:
        return recorded
    if expected < now:
        return ScheduleStatus(None, schedule.next_after(now), now)
    return replace(recorded, last=None, next=expected, last_updated=computed_from)


def status_after_run(began: datetime, schedule: Schedule) -> ScheduleStatus:
    """Return the status after a run."""
    return ScheduleStatus(began, schedule.next_after(began), began)
