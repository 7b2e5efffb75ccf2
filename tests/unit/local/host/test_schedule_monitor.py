from __future__ import annotations

from datetime import datetime

import pytest

from functions.domain.ncrontab import parse_schedule
from local.host.timers.schedule_monitor import ScheduleStatus, is_monitored, status_after_run, status_at_start

HOURLY = parse_schedule("0 0 * * * *")
DAILY = parse_schedule("0 0 3 * * *")


def _at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 21, hour, minute)  # noqa: DTZ001 (local, like every schedule)


@pytest.mark.parametrize(
    ("schedule", "monitored"),
    [("*/59 * * * * *", False), ("0 * * * * *", True), ("0 30 2 * * *", True)],
)
def test_occurrences_less_than_a_minute_apart_are_not_monitored(schedule: str, *, monitored: bool) -> None:
    assert is_monitored(parse_schedule(schedule), _at(1)) == monitored


def test_the_first_start_records_the_next_occurrence() -> None:
    assert status_at_start(None, HOURLY, _at(1, 30)) == ScheduleStatus(None, _at(2), _at(1, 30))


def test_an_occurrence_after_the_first_start_counts_as_missed_though_nothing_has_run_yet() -> None:
    first = status_at_start(None, HOURLY, _at(1, 30))
    assert status_at_start(first, HOURLY, _at(5, 30)) == first
    assert first.next < _at(5, 30)


def test_after_a_run_the_next_occurrence_is_the_one_after_its_beginning() -> None:
    ran = status_after_run(_at(5, 30), HOURLY)
    assert ran == ScheduleStatus(_at(5, 30), _at(6), _at(5, 30))
    assert status_at_start(ran, HOURLY, _at(5, 45)) == ran


def test_a_changed_schedule_begins_anew_and_has_missed_nothing() -> None:
    ran = status_after_run(_at(1), HOURLY)
    assert status_at_start(ran, DAILY, _at(2, 30)) == ScheduleStatus(None, _at(3), _at(1))
    after_it = status_at_start(ran, DAILY, _at(4))
    assert (after_it.last, after_it.next > _at(4)) == (None, True)
