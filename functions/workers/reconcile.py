"""The timer: every 5 minutes in Azure, every 2 seconds on one machine (`SLIPWAY_RECONCILE_SCHEDULE`)."""

from __future__ import annotations

import logging
from collections.abc import Callable

import azure.functions as func

from functions.services.context import Context
from functions.services.reconcile import reconcile as look_at_all

log = logging.getLogger("slipway.workers")


def register(workers: func.Blueprint, get_context: Callable[[], Context]) -> None:
    """Add the timer."""

    @workers.function_name("reconcile")
    @workers.timer_trigger(arg_name="timer", schedule="%SLIPWAY_RECONCILE_SCHEDULE%", use_monitor=False)
    def reconcile(timer: func.TimerRequest) -> None:
        log.debug("reconciling, past due: %s", timer.past_due)
        look_at_all(get_context())
