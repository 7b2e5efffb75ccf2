"""Times in Slipway's format: RFC 3339 in UTC, with milliseconds and `Z`."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current time in UTC, in whole milliseconds, so that it equals its stored form."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def to_text(moment: datetime) -> str:
    """Return a text such as `2026-11-21T03:04:05.678Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """Return the time of a text. Raises ValueError unless it is an RFC 3339 time with an offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"reading time '{text}': it has no UTC offset")
    return moment.astimezone(UTC)


def optional_text(moment: datetime | None) -> str | None:
    """Return the text of a time, or None without one."""
    return to_text(moment) if moment else None
