"""Time as Slipway writes it: UTC, RFC 3339, milliseconds, `Z`."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The current time, in UTC, cut to milliseconds so that it survives being written down."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def to_text(moment: datetime) -> str:
    """`2026-11-21T03:04:05.678Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """The inverse of `to_text`; raises ValueError for what is no RFC 3339 time with an offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"reading time '{text}': it has no UTC offset")
    return moment.astimezone(UTC)


def optional_text(moment: datetime | None) -> str | None:
    """`to_text` for what may be absent."""
    return to_text(moment) if moment else None
