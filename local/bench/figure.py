"""The result of a measurement, and the arithmetic that all measurements share."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Say = Callable[[str], None]
Prepare = Callable[[], Callable[[], object]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: `value` and `bound` are in `unit` (`x` for a ratio, `s`), `parts` in milliseconds.

    Without a `bound` the figure promises nothing. Each of the `problems` is another broken promise.
    """

    name: str
    parts: Mapping[str, float]
    value: float
    bound: float | None
    runs: int
    unit: str = "x"
    note: str = ""
    problems: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Return True if the promise is kept."""
        return not self.is_over and not self.problems

    @property
    def is_over(self) -> bool:
        """Return True if the value exceeds its bound."""
        return self.bound is not None and self.value > self.bound


def interleaved(pairs: int, first: Prepare, second: Prepare) -> tuple[list[float], list[float]]:
    """Time two actions alternately, so that noise affects both. Return the milliseconds of each run.

    Each function prepares an action, which is not timed, and returns it.
    """
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(pairs):
        for prepare, durations in zip((first, second), times, strict=True):
            durations.append(milliseconds(prepare()))
    return times


def milliseconds(action: Callable[[], object]) -> float:
    """Return the duration of a call in milliseconds."""
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000


def p50(values: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    """Return the smallest value that 95 % of the values do not exceed."""
    ordered = sorted(values)
    return ordered[-(-len(ordered) * 95 // 100) - 1]
