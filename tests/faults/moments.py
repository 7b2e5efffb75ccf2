"""The moments at which a host is killed: in front of a storage call, or right after one whose answer it never
saw.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.azurite import StorageAccounts
from tests.faults.plant import Plant

# A host that nobody disturbs: no timer and no watchdog within the test.
_NO_TIMER = {"SLIPWAY_RECONCILE_SCHEDULE": "0 0 0 1 1 *", "SLIPWAY_RETENTION_SCHEDULE": "0 0 0 1 1 *"}
ON_RECORD = {
    **_NO_TIMER,
    "SLIPWAY_WATCH_SECONDS": "60",
    # a slow host would renew the leases of its messages
    "SLIPWAY_LOCAL_QUEUE_LEASE": "600",
}

# A host without a timer, whose watchdog comes soon: what it leaves undone is due soon as well.
ON_BELLS_ALONE = {**_NO_TIMER, "SLIPWAY_WATCH_SECONDS": "3"}

_AT_ONCE = 3
_AFTER_START = "batch job_started"
_LEFT_OUT = ("get ", "GET ", "query ", "upsert template")


@dataclass(frozen=True)
class Moment:
    """The n-th storage call of a name, before or after storage has carried it out."""

    call: str
    nth: int
    after: bool


def before_what_matters(calls: Sequence[str]) -> list[Moment]:
    """Return the moments in front of the first call and of the write that follows a runner's start.

    In front of any other call a host that dies leaves what it left right after the write before.
    """
    first, *others = _moments(calls, after=False)
    return [first, *(moment for moment in others if moment.call == _AFTER_START)]


def after_each_write(calls: Sequence[str]) -> list[Moment]:
    """Return the moment right after each call that changes something.

    Of the three list rows, which are written in a row, the first and the last one stand for all.
    """
    return [moment for moment in _moments(calls, after=True) if not moment.call.startswith(_LEFT_OUT)]


def at_each_write(calls: Sequence[str]) -> list[Moment]:
    """Return every moment at which a host that dies leaves something else than at the one before."""
    return [*before_what_matters(calls), *after_each_write(calls)]


def failures_at_each(
    moments: Sequence[Moment],
    folder: Path,
    accounts: StorageAccounts,
    kill_and_recover: Callable[[Plant, Moment], None],
) -> dict[Moment, str]:
    """Kill a host at each moment, in a plant of its own; return what went wrong, where something did."""

    def problem_at(numbered: tuple[int, Moment]) -> str | None:
        number, moment = numbered
        try:
            kill_and_recover(Plant(folder / f"case-{number}", accounts.take()), moment)
        except AssertionError as error:
            return str(error)
        return None

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        problems = dict(zip(moments, pool.map(problem_at, enumerate(moments)), strict=True))
    return {moment: problem for moment, problem in problems.items() if problem is not None}


def _moments(calls: Sequence[str], *, after: bool) -> list[Moment]:
    seen: Counter[str] = Counter()
    moments = []
    for call in calls:
        seen[call] += 1
        moments.append(Moment(call, seen[call], after))
    return moments
