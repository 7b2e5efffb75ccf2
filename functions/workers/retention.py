"""The timer of retention: every hour (`SLIPWAY_RETENTION_SCHEDULE`)."""

from __future__ import annotations

import logging
from collections.abc import Callable

import azure.functions as func

from functions.domain.timers import Timer
from functions.services.context import Context
from functions.services.maintenance.retention import apply_retention
from functions.services.scheduling.timer_runs import note_run

log = logging.getLogger("slipway.workers")


def register(workers: func.Blueprint, get_context: Callable[[], Context], schedule: str) -> None:
    """Add the timer. The host runs a missed occurrence later."""

    @workers.function_name(Timer.RETENTION.value)
    @workers.timer_trigger(arg_name="timer", schedule=schedule, use_monitor=True)
    def retention(timer: func.TimerRequest) -> None:
        log.debug("applying retention, past due: %s", timer.past_due)
        ctx = get_context()
        log.info("applied retention to %d deployments", apply_retention(ctx))
        note_run(ctx, Timer.RETENTION)
