"""The poison queues: a bell that could not be answered five times. It sets no status: it says so, and
looks once more.

Where that does not work either the message stays in nobody's way: reconcile has the deployment on its list.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import azure.functions as func

from functions.domain.errors import SlipwayError
from functions.services.context import Context
from functions.workers.doorbell import CONNECTION, answer

log = logging.getLogger("slipway.workers")


def register(workers: func.Blueprint, get_context: Callable[[], Context]) -> None:
    """Add a worker for each poison queue."""

    @workers.function_name("poison_operations")
    @workers.queue_trigger(arg_name="message", queue_name="operations-poison", connection=CONNECTION)
    def poison_operations(message: func.QueueMessage) -> None:
        _look_once_more(get_context(), message, "operations")

    @workers.function_name("poison_completions")
    @workers.queue_trigger(arg_name="message", queue_name="completions-poison", connection=CONNECTION)
    def poison_completions(message: func.QueueMessage) -> None:
        _look_once_more(get_context(), message, "completions")


def _look_once_more(ctx: Context, message: func.QueueMessage, queue: str) -> None:
    log.error(
        "a message of queue '%s' became poison: '%s'",
        queue,
        message.get_body()[:200].decode(errors="replace"),
    )
    try:
        answer(ctx, message)
    except SlipwayError:
        log.exception("answering a poison message of queue '%s': reconcile will look", queue)
