"""The ports of maintenance: protocols like those of `functions/ports.py`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from functions.domain.deployments.listed import Listed
from functions.domain.timers import Timer, TimerRun


class TimerRuns(Protocol):
    """Stores the last run of each timer. Every method may raise StorageUnavailable."""

    def get(self, timer: Timer) -> TimerRun | None:
        """Return the last run, or None if none was ever written."""

    def put(self, timer: Timer, run: TimerRun) -> None:
        """Write the run. It replaces the previous one."""

    def add(self, timer: Timer, run: TimerRun) -> None:
        """Write the run, unless one is stored."""


@dataclass(frozen=True, slots=True)
class DueEntry:
    """A deployment that retention must check at `due_at` or later."""

    listed: Listed
    due_at: datetime
    etag: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Sweep:
    """The progress of the sweep over all list rows, which writes a due entry for each deployment.

    `periods` are the retention periods that it uses. `token` is the place at which it continues.
    """

    periods: str
    began_at: datetime
    token: str | None = None
    done: bool = False


class DueDeployments(Protocol):
    """Stores when retention must check which deployment.

    An entry is a hint; retention decides by the stored deployment. Every method may raise StorageUnavailable.
    """

    def put(self, entry: DueEntry) -> None:
        """Write the entry. It replaces one of the same deployment and day; one of another day stays."""

    def due(self, moment: datetime) -> Iterator[DueEntry]:
        """Yield every entry with a `due_at` up to `moment`, the oldest day first, a page at a time."""

    def remove(self, entry: DueEntry) -> None:
        """Remove the entry, unless it was written again since it was read."""

    def sweep(self) -> Sweep | None:
        """Return the last sweep, or None if there was none."""

    def put_sweep(self, sweep: Sweep) -> None:
        """Write the progress of a sweep."""
