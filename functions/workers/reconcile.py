"""The timer of reconcile: every 5 minutes in Azure, every 2 seconds on one machine
(`SLIPWAY_RECONCILE_SCHEDULE`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import azure.functions as func

from functions.domain.timers import Timer
from functions.services.context import Context
from functions.services.maintenance.reconcile import reconcile as reconcile_all
from functions.services.scheduling.timer_runs import note_run

log = logging.getLogger("slipway.workers")


def register(workers: func.Blueprint, get_context: Callable[[], Context], schedule: str) -> None:
    """Add the timer. The host runs a missed occurrence later."""

    @workers.function_name(Timer.RECONCILE.value)
    @workers.timer_trigger(arg_name="timer", schedule=schedule, use_monitor=True)
    def reconcile(timer: func.TimerRequest) -> None:
        log.debug("reconciling, past due: %s", timer.past_due)
        ctx = get_context()
        reconcile_all(ctx)
        note_run(ctx, Timer.RECONCILE)
