"""Handles a message of any queue: the queue workers share this."""

from __future__ import annotations

import logging

import azure.functions as func

from functions import observability
from functions.domain.environment_names import STORAGE
from functions.domain.jobs.wake_up import WakeUp
from functions.services.context import Context
from functions.services.orchestration.advance import advance

CONNECTION = STORAGE
"""The app setting that the bindings read: the same storage as the adapters."""

log = logging.getLogger("slipway.workers")


def handle_message(ctx: Context, message: func.QueueMessage) -> None:
    """Advance the deployment that the message names. Log and drop a message that is not a wake-up."""
    try:
        wake_up = WakeUp.from_json(message.get_body().decode())
    except ValueError:
        log.warning("reading message '%s': it is not a wake-up, dropping it", message.id)
        return
    with observability.bind(correlation_id=wake_up.correlation_id, deployment_id=wake_up.deployment_id):
        advance(ctx, wake_up.deployment_id, watch=wake_up.watch)
