"""GET /health: whether Slipway and what it depends on answer."""

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
    """`dependencies` is name → `ok` or what is wrong; `timers` says when each of them ran; `warnings` are of
    what works, and should be seen to.
    """

    healthy: bool
    dependencies: dict[str, str]
    timers: dict[Timer, TimerHealth]
    warnings: tuple[str, ...] = ()


def check_health(ctx: Context) -> Health:
    """Ask every dependency and look at every timer, all at once."""
    pings: dict[str, Callable[[], None]] = {
        "tables": ctx.store.ping,
        "blobs": ctx.artifacts.ping,
        "queues": ctx.wake_ups.ping,
    }
    with ThreadPoolExecutor(len(pings) + len(Timer) + 1) as pool:
        warnings = pool.submit(_warnings, ctx)
        answers = pool.map(_state, pings.values())
        runs = pool.map(lambda timer: check_timer(ctx, timer), Timer)
        states = dict(zip(pings, answers, strict=True))
        timers = dict(zip(Timer, runs, strict=True))
    states["catalog"] = _state(lambda: _check_catalog(ctx))
    healthy = all(state == OK for state in (*states.values(), *(timer.state for timer in timers.values())))
    return Health(healthy, states, timers, warnings.result() if healthy else ())


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
