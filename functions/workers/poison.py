"""The poison queues: messages that could not be handled five times. Each is logged and handled once more.

No status changes. If handling fails again, reconcile still advances the deployment.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import azure.functions as func

from functions.domain.errors import SlipwayError
from functions.services.context import Context
from functions.workers.handle_message import CONNECTION, handle_message

log = logging.getLogger("slipway.workers")


def register(workers: func.Blueprint, get_context: Callable[[], Context]) -> None:
    """Add a worker for each poison queue."""

    @workers.function_name("poison_operations")
    @workers.queue_trigger(arg_name="message", queue_name="operations-poison", connection=CONNECTION)
    def poison_operations(message: func.QueueMessage) -> None:
        _retry_once(get_context(), message, "operations")

    @workers.function_name("poison_completions")
    @workers.queue_trigger(arg_name="message", queue_name="completions-poison", connection=CONNECTION)
    def poison_completions(message: func.QueueMessage) -> None:
        _retry_once(get_context(), message, "completions")


def _retry_once(ctx: Context, message: func.QueueMessage, queue: str) -> None:
    log.error(
        "a message of queue '%s' became poison: '%s'",
        queue,
        message.get_body()[:200].decode(errors="replace"),
    )
    try:
        handle_message(ctx, message)
    except SlipwayError:
        log.exception("handling a poison message of queue '%s': reconcile will advance its deployment", queue)
