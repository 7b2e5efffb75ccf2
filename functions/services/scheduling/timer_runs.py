"""Records the runs of the timers: each timer writes a row when a run has completed, and `/health` reads it.

For a timer that never ran, the first request of `/health` writes the row: the timer counts as overdue after
the same time as after a run.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from functions.domain.clock import to_text
from functions.domain.errors import SlipwayError
from functions.domain.timers import Timer, TimerRun, overdue_at
from functions.services.context import Context

OK = "ok"


@dataclass(frozen=True, slots=True)
class TimerHealth:
    """The state of a timer: `ok` or the problem. `last_ran_at` is None if no run is recorded."""

    state: str
    last_ran_at: datetime | None


def note_run(ctx: Context, timer: Timer) -> None:
    """Record that a timer has completed a run."""
    ctx.timer_runs.put(timer, TimerRun(ctx.now(), has_run=True))


def check_timer(ctx: Context, timer: Timer) -> TimerHealth:
    """Return when a timer last ran, and whether it is overdue."""
    try:
        run = ctx.timer_runs.get(timer)
        if run is None:
            run = TimerRun(ctx.now(), has_run=False)
            ctx.timer_runs.add(timer, run)
    except SlipwayError as error:
        return TimerHealth(str(error), None)
    last_ran_at = run.at if run.has_run else None
    if ctx.now() <= overdue_at(ctx.policy.schedules[timer], run):
        return TimerHealth(OK, last_ran_at)
    since = (
        f"no run since {to_text(run.at)}"
        if last_ran_at
        else f"no run yet, first expected at {to_text(run.at)}"
    )
    return TimerHealth(f"{since}: look for function '{timer}' in the log of the Functions host", last_ran_at)
