"""Queue `operations`: a deployment may have a next step."""

from __future__ import annotations

from collections.abc import Callable

import azure.functions as func

from functions.services.context import Context
from functions.workers.handle_message import CONNECTION, handle_message


def register(workers: func.Blueprint, get_context: Callable[[], Context]) -> None:
    """Add the worker."""

    @workers.function_name("dispatch")
    @workers.queue_trigger(arg_name="message", queue_name="operations", connection=CONNECTION)
    def dispatch(message: func.QueueMessage) -> None:
        handle_message(get_context(), message)
