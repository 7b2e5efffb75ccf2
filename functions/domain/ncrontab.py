"""NCRONTAB schedules: `{second} {minute} {hour} {day} {month} {day of week}`, or five fields without the
seconds.

As in the Functions host, both day fields must match (in other crons either), days of the week are 0 to 6 from
Sunday, and `?`, `L`, `W` and `#` are not supported. Times are local.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_PART = re.compile(r"(?:(?P<all>\*)|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>\d+))?")
_SEARCH_DAYS = 366 * 41
"""29 February on a given day of the week may be 40 years away, as 2100 is not a leap year."""


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()


_FIELDS = (
    _Field("second", 0, 59),
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of week", 0, 6, _DAYS),
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A parsed schedule: the allowed values of each field, in order."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    days_of_week: tuple[int, ...]

    def next_after(self, moment: datetime) -> datetime:
        """Return the first occurrence after `moment`. Raises ValueError if there is none (30 February)."""
        floor = (moment + timedelta(seconds=1)).replace(microsecond=0)
        for offset in range(_SEARCH_DAYS):
            day = floor.date() + timedelta(days=offset)
            if self._has_day(day):
                first_time = self._first_time(floor.time() if offset == 0 else time.min)
                if first_time is not None:
                    return datetime.combine(day, first_time)
        raise ValueError("the schedule has no occurrence")

    def _has_day(self, day: date) -> bool:
        return day.month in self.months and day.day in self.days and day.isoweekday() % 7 in self.days_of_week

    def _first_time(self, floor: time) -> time | None:
        for hour in self.hours:
            for minute in self.minutes:
                if (hour, minute) < (floor.hour, floor.minute):
                    continue
                for second in self.seconds:
                    if (hour, minute, second) >= (floor.hour, floor.minute, floor.second):
                        return time(hour, minute, second)
        return None


def parse_schedule(text: str) -> Schedule:
    """Return the schedule of a text. Raises ValueError, which names the wrong field."""
    parts = text.split()
    if len(parts) == 5:
        parts.insert(0, "0")
    if len(parts) != 6:
        raise ValueError(f"schedule '{text}' needs 5 or 6 fields")
    schedule = Schedule(*(_parse_field(part, field) for part, field in zip(parts, _FIELDS, strict=True)))
    schedule.next_after(datetime(2000, 1, 1))  # noqa: DTZ001 (local, like every schedule)
    return schedule


def _parse_field(text: str, field: _Field) -> tuple[int, ...]:
    values: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(f"'{text}' is not a value for the {field.name}")
        first = field.low if match["all"] else _parse_value(match["first"], field)
        if match["last"]:
            last = _parse_value(match["last"], field)
        else:
            last = field.high if match["all"] or match["step"] else first
        step = int(match["step"] or 1)
        if first > last or step == 0:
            raise ValueError(f"'{text}' is not a value for the {field.name}")
        values.update(range(first, last + 1, step))
    return tuple(sorted(values))


def _parse_value(text: str, field: _Field) -> int:
    if text.lower() in field.names:
        return field.names.index(text.lower()) + field.low
    if not text.isdecimal() or not field.low <= int(text) <= field.high:
        raise ValueError(f"'{text}' is not a value for the {field.name}")
    return int(text)
