"""What the queue workers share: read the bell, say whose it is in every log line, call `advance`."""

from __future__ import annotations

import logging

import azure.functions as func

from functions import observability
from functions.domain.environment_names import STORAGE
from functions.domain.jobs.doorbell import Doorbell
from functions.services.context import Context
from functions.services.orchestration.advance import advance

CONNECTION = STORAGE
"""The app setting that the bindings read: the same storage as the adapters."""

log = logging.getLogger("slipway.workers")


def answer(ctx: Context, message: func.QueueMessage) -> None:
    """Look at the deployment that the bell names. What is no bell is logged and let go: it can carry no
    fact.
    """
    try:
        bell = Doorbell.from_json(message.get_body().decode())
    except ValueError:
        log.warning("reading message '%s': it is no doorbell, dropping it", message.id)
        return
    with observability.bind(correlation_id=bell.correlation_id, deployment_id=bell.deployment_id):
        advance(ctx, bell.deployment_id, watch=bell.watch)
