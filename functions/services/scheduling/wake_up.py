"""The messages that have somebody look at a deployment: now, in a while, or because a place is free."""

from __future__ import annotations

import logging
from dataclasses import replace

from functions.domain.deployments.deployment import Deployment
from functions.domain.errors import StorageUnavailable
from functions.domain.jobs.doorbell import Doorbell
from functions.services.context import Context
from functions.services.scheduling.active_entries import soon

log = logging.getLogger("slipway.watch")

# Others may take the same ones out of the line at the same time; reconcile offers what stays free
_MAX_ROUNDS = 8


def call_waiting(ctx: Context, places: int) -> None:
    """Offer `places` of the free places to the operations that wait longest, each to one alone.

    Whoever is called leaves the line, with a look by reconcile that comes soon should the message be lost; it
    goes back where it finds the place taken.
    """
    places = min(places, ctx.policy.max_parallel - len(ctx.index.running()))
    for _ in range(_MAX_ROUNDS):
        entries = ctx.index.oldest_waiting(places) if places > 0 else []
        for entry in entries:
            ctx.index.put_active(replace(entry, due_at=soon(ctx)))
            if ctx.index.remove_waiting(entry):
                _send(ctx, Doorbell(entry.deployment_id, entry.correlation_id))
                places -= 1
        if not entries:
            return


def notify(ctx: Context, deployment: Deployment) -> None:
    """Ring for a deployment; a bell that is not heard costs nothing but the time until reconcile looks."""
    _send(ctx, Doorbell(deployment.deployment_id, deployment.operation.correlation_id))


def notify_later(ctx: Context, deployment: Deployment, *, in_seconds: float, watch: bool) -> None:
    """Ring in a while. Losing this bell costs nothing but the time until reconcile looks."""
    bell = Doorbell(deployment.deployment_id, deployment.operation.correlation_id, watch=watch)
    _send(ctx, bell, delay_seconds=max(1, round(in_seconds)))


def _send(ctx: Context, bell: Doorbell, *, delay_seconds: int = 0) -> None:
    try:
        ctx.wake_ups.notify(bell, delay_seconds=delay_seconds)
    except StorageUnavailable:
        log.warning(
            "ringing for deployment '%s': the queue did not answer, reconcile will look", bell.deployment_id
        )
