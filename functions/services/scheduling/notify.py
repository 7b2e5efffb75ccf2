"""Sends the messages that make the dispatcher advance a deployment: now, later, or when capacity is free."""

from __future__ import annotations

import logging
from dataclasses import replace

from functions.domain.deployments.deployment import Deployment
from functions.domain.errors import StorageUnavailable
from functions.domain.jobs.wake_up import WakeUp
from functions.services.context import Context
from functions.services.scheduling.active_entries import soon

log = logging.getLogger("slipway.notify")

# Other hosts may wake the same operations at the same time; reconcile offers the capacity that stays free.
_MAX_ROUNDS = 8


def wake_waiting(ctx: Context, slots: int) -> None:
    """Wake at most `slots` of the operations that wait longest for capacity, one for each free slot.

    A woken operation is removed from the waiting ones, and reconcile checks it soon in case the message is
    lost. If the slot is in use when it tries to start, it waits again.
    """
    slots = min(slots, ctx.policy.max_parallel - len(ctx.index.running()))
    for _ in range(_MAX_ROUNDS):
        entries = ctx.index.oldest_waiting(slots) if slots > 0 else []
        for entry in entries:
            ctx.index.put_active(replace(entry, due_at=soon(ctx)))
            if ctx.index.remove_waiting(entry):
                _send(ctx, WakeUp(entry.deployment_id, entry.correlation_id))
                slots -= 1
        if not entries:
            return


def notify(ctx: Context, deployment: Deployment) -> None:
    """Send a message that makes the dispatcher advance the deployment.

    If the message is lost, the deployment only waits until reconcile checks it.
    """
    _send(ctx, WakeUp(deployment.deployment_id, deployment.operation.correlation_id))


def notify_later(ctx: Context, deployment: Deployment, *, in_seconds: float, watch: bool) -> None:
    """Send the same message with a delay. If it is lost, the deployment waits until reconcile checks it."""
    wake_up = WakeUp(deployment.deployment_id, deployment.operation.correlation_id, watch=watch)
    _send(ctx, wake_up, delay_seconds=max(1, round(in_seconds)))


def _send(ctx: Context, wake_up: WakeUp, *, delay_seconds: int = 0) -> None:
    try:
        ctx.wake_ups.notify(wake_up, delay_seconds=delay_seconds)
    except StorageUnavailable:
        log.warning(
            "sending a wake-up for deployment '%s': the queue did not answer, reconcile will advance it",
            wake_up.deployment_id,
        )
