"""The timer of retention: once a day."""

from __future__ import annotations

import logging
from collections.abc import Callable

import azure.functions as func

from functions.services.context import Context
from functions.services.retention import apply_retention

log = logging.getLogger("slipway.workers")

# At night by UTC: it reads old records, and nobody waits for it.
SCHEDULE = "0 30 2 * * *"


def register(workers: func.Blueprint, get_context: Callable[[], Context]) -> None:
    """Add the timer."""

    @workers.function_name("retention")
    @workers.timer_trigger(arg_name="timer", schedule=SCHEDULE, use_monitor=False)
    def retention(timer: func.TimerRequest) -> None:
        log.debug("applying retention, past due: %s", timer.past_due)
        log.info("applied retention to %d deployments", apply_retention(get_context()))
