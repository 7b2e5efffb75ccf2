"""Parses ISO 8601 durations. Only units of fixed length are allowed, so no years and months."""

from __future__ import annotations

import re
from datetime import timedelta

_DURATION = re.compile(
    r"P(?!$)(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,4})D)?"
    r"(?:T(?!$)(?:(?P<hours>\d{1,5})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,8})S)?)?",
    re.ASCII,
)
_YEARS_OR_MONTHS = re.compile(r"P[^T]*[YM]")
_MIN_DURATION = timedelta(minutes=1)
_MAX_DURATION = timedelta(days=365)


def parse_duration(text: str) -> timedelta:
    """Return the duration of a text such as `PT8H` or `P1DT12H`.

    Raises ValueError for any other text, and for a duration below a minute or above 365 days.
    """
    match = _DURATION.fullmatch(text)
    parts = {name: int(value) for name, value in match.groupdict().items() if value} if match else {}
    duration = timedelta(**parts)
    if _MIN_DURATION <= duration <= _MAX_DURATION:
        return duration
    detail = "must be an ISO 8601 duration of weeks, days, hours, minutes and seconds, from PT1M to P365D"
    if _YEARS_OR_MONTHS.match(text):
        detail = f"{detail}; years and months vary in length: use days"
    raise ValueError(detail)
