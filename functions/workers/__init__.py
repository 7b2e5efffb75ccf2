"""What moves deployments on: two queues, their poison queues, and a timer, each of which does nothing but
call
`advance`; and the timer of retention.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import azure.functions as func

from functions.domain.timers import Timer
from functions.services.context import Context
from functions.workers import complete, dispatch, poison, reconcile, retention


def blueprint(get_context: Callable[[], Context], schedules: Mapping[Timer, str]) -> func.Blueprint:
    """Every worker, over a context that is made at the first message."""
    workers = func.Blueprint()  # type: ignore[no-untyped-call]
    for worker in (dispatch, complete, poison):
        worker.register(workers, get_context)
    reconcile.register(workers, get_context, schedules[Timer.RECONCILE])
    retention.register(workers, get_context, schedules[Timer.RETENTION])
    return workers
