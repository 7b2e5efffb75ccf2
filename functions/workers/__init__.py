"""Queue and timer triggers. All except retention call `advance`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import azure.functions as func

from functions.domain.timers import Timer
from functions.services.context import Context
from functions.workers import complete, dispatch, poison, reconcile, retention


def blueprint(get_context: Callable[[], Context], schedules: Mapping[Timer, str]) -> func.Blueprint:
    """Return every worker. The first message or timer builds the context."""
    workers = func.Blueprint()  # type: ignore[no-untyped-call]
    for worker in (dispatch, complete, poison):
        worker.register(workers, get_context)
    reconcile.register(workers, get_context, schedules[Timer.RECONCILE])
    retention.register(workers, get_context, schedules[Timer.RETENTION])
    return workers
