"""What the host remembers of a timer, and whether it missed an occurrence meanwhile.

As in the real host: the first start records the next occurrence; a later start runs one that was missed once,
as past due, however many were missed; a schedule that was changed begins anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from functions.domain.ncrontab import Schedule

_MIN_MONITORED_INTERVAL = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ScheduleStatus:
    """The last run (None before the first), the next occurrence, and when `next` was computed."""

    last: datetime | None
    next: datetime
    last_updated: datetime

    def as_record(self) -> dict[str, str]:
        """Return the status in the real host's field names."""
        return {
            "Last": self.last.isoformat() if self.last else "",
            "Next": self.next.isoformat(),
            "LastUpdated": self.last_updated.isoformat(),
        }


def is_monitored(schedule: Schedule, now: datetime) -> bool:
    """False for a schedule with occurrences less than a minute apart: the next one makes up for any."""
    following = schedule.next_after(now)
    return schedule.next_after(following) - following >= _MIN_MONITORED_INTERVAL


def status_at_start(recorded: ScheduleStatus | None, schedule: Schedule, now: datetime) -> ScheduleStatus:
    """Return what holds from this start on. An occurrence was missed where its `next` lies before `now`."""
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
    """Return what holds after a run."""
    return ScheduleStatus(began, schedule.next_after(began), began)
