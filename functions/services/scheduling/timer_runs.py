"""Whether the timers run: each writes a row when it has completed a run, and `/health` reads it.

An installation that never ran one is given as long as after a run, from the first look at `/health` on: that
look writes the row.
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
    """`state` is `ok` or what is wrong; `last_ran_at` is None where no run is known."""

    state: str
    last_ran_at: datetime | None


def note_run(ctx: Context, timer: Timer) -> None:
    """Write down that a timer has completed a run."""
    ctx.timer_runs.put(timer, TimerRun(ctx.now(), has_run=True))


def check_timer(ctx: Context, timer: Timer) -> TimerHealth:
    """Return when a timer last ran, and whether that was too long ago."""
    try:
        run = ctx.timer_runs.get(timer)
        if run is None:
            run = TimerRun(ctx.now(), has_run=False)
            ctx.timer_runs.add(timer, run)
    except SlipwayError as error:
        return TimerHealth(str(error), None)
    last = run.at if run.has_run else None
    if ctx.now() <= overdue_at(ctx.policy.schedules[timer], run):
        return TimerHealth(OK, last)
    since = f"no run since {to_text(run.at)}" if last else f"no run yet, first expected at {to_text(run.at)}"
    return TimerHealth(f"{since}: look for function '{timer}' in the log of the Functions host", last)
