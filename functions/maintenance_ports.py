"""What maintenance needs from the outside, as protocols like those of `functions/ports.py`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from functions.domain.deployments.listed import Listed
from functions.domain.timers import Timer, TimerRun


class TimerRuns(Protocol):
    """When each timer last ran. Every method may raise StorageUnavailable."""

    def get(self, timer: Timer) -> TimerRun | None:
        """Return the last run, or None where nothing was ever written."""

    def put(self, timer: Timer, run: TimerRun) -> None:
        """Write the run, over the one before."""

    def add(self, timer: Timer, run: TimerRun) -> None:
        """Write the run unless there is one."""


@dataclass(frozen=True, slots=True)
class DueEntry:
    """A deployment that retention has to look at from `due_at` on."""

    listed: Listed
    due_at: datetime
    etag: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Sweep:
    """How far the sweep over all list rows has come that writes an entry for each deployment.

    `periods` are the retention periods that it calculates with, `token` is where it goes on.
    """

    periods: str
    began_at: datetime
    token: str | None = None
    done: bool = False


class DueDeployments(Protocol):
    """The deployments by the day on which something of them is to be removed. An entry is a hint: the store
    decides. Every method may raise StorageUnavailable.
    """

    def put(self, entry: DueEntry) -> None:
        """Write the entry. One of the same deployment and day is replaced, one of another day stays."""

    def due(self, moment: datetime) -> Iterator[DueEntry]:
        """Yield every entry whose `due_at` has come by `moment`, the oldest day first, a page at a time."""

    def remove(self, entry: DueEntry) -> None:
        """Remove the entry as it was read; one that was written anew since stays."""

    def sweep(self) -> Sweep | None:
        """Return the last sweep, or None where there was never one."""

    def put_sweep(self, sweep: Sweep) -> None:
        """Write how far a sweep has come."""
