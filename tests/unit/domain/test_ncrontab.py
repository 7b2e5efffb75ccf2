from __future__ import annotations

from datetime import datetime

import pytest

from functions.domain.ncrontab import parse_schedule

# a Wednesday
START = datetime(2026, 7, 1, 12, 0, 30)  # noqa: DTZ001 (schedules are local)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("*/2 * * * * *", "2026-07-01 12:00:32"),
        ("* * * * * *", "2026-07-01 12:00:31"),
        ("30 0 12 * * *", "2026-07-02 12:00:30"),
        ("*/5 * * * *", "2026-07-01 12:05:00"),
        ("0 0 0 1 1 *", "2027-01-01 00:00:00"),
        ("0 0 9-17/4 * * Mon-Fri", "2026-07-01 13:00:00"),
        ("0 0 9,11 * * *", "2026-07-02 09:00:00"),
        ("0 0 0 * feb 0", "2027-02-07 00:00:00"),
        ("0 0 0 29 2 *", "2028-02-29 00:00:00"),
        ("20/15 * * * * *", "2026-07-01 12:00:35"),
    ],
)
def test_the_next_occurrence_is_the_first_that_fits_every_field(schedule: str, expected: str) -> None:
    assert str(parse_schedule(schedule).next_after(START)) == expected


def test_both_day_fields_must_hold() -> None:
    assert str(parse_schedule("0 0 0 13 * Fri").next_after(START)) == "2026-11-13 00:00:00"


@pytest.mark.parametrize(
    "schedule",
    [
        "",
        "* * * *",
        "* * * * * * *",
        "60 * * * * *",
        "* * 24 * * *",
        "* * * 0 * *",
        "* * * * 13 *",
        "* * * * * 7",
        "* * * ? * *",
        "* * * L * *",
        "5-1 * * * * *",
        "*/0 * * * * *",
        "1,,2 * * * * *",
        "0 0 0 30 2 *",
    ],
)
def test_a_schedule_that_the_host_does_not_know_is_refused(schedule: str) -> None:
    with pytest.raises(ValueError, match=r"field|not a value|no occurrence"):
        parse_schedule(schedule)
