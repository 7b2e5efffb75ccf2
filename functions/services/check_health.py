"""GET /health: the state of Slipway and of its dependencies."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from functions.domain.errors import SlipwayError
from functions.domain.jobs import blob_names
from functions.domain.timers import Timer
from functions.services.context import Context
from functions.services.scheduling.timer_runs import OK, TimerHealth, check_timer


@dataclass(frozen=True, slots=True)
class Health:
    """The state of Slipway.

    `dependencies` maps a name to `ok` or to the problem. `timers` has the state and last run of each timer.
    `warnings` are problems that do not make Slipway unhealthy.
    """

    healthy: bool
    dependencies: dict[str, str]
    timers: dict[Timer, TimerHealth]
    warnings: tuple[str, ...] = ()


def check_health(ctx: Context) -> Health:
    """Check every dependency and every timer at the same time."""
    pings: dict[str, Callable[[], None]] = {
        "tables": ctx.store.ping,
        "blobs": ctx.artifacts.ping,
        "queues": ctx.wake_ups.ping,
    }
    with ThreadPoolExecutor(len(pings) + len(Timer) + 1) as pool:
        warnings = pool.submit(_warnings, ctx)
        states = pool.map(_state, pings.values())
        timer_states = pool.map(lambda timer: check_timer(ctx, timer), Timer)
        dependencies = dict(zip(pings, states, strict=True))
        timers = dict(zip(Timer, timer_states, strict=True))
    dependencies["catalog"] = _state(lambda: _check_catalog(ctx))
    timer_problems = (timer.state for timer in timers.values())
    healthy = all(state == OK for state in (*dependencies.values(), *timer_problems))
    return Health(healthy, dependencies, timers, warnings.result() if healthy else ())


def _warnings(ctx: Context) -> tuple[str, ...]:
    try:
        blob = ctx.artifacts.read(blob_names.untested_engine())
    except SlipwayError:
        return ()
    return (blob.data.decode("utf-8", "replace"),) if blob else ()


def _check_catalog(ctx: Context) -> None:
    if not ctx.catalog.list():
        raise SlipwayError("reading the catalog: it has no template; run ./dev catalog")


def _state(ping: Callable[[], None]) -> str:
    try:
        ping()
    except SlipwayError as error:
        return str(error)
    return OK
