"""The messages that have somebody look at a deployment: now, in a while, or because a place is free."""

from __future__ import annotations

import logging

from functions.domain.deployment import Deployment
from functions.domain.errors import StorageUnavailable
from functions.domain.messages import Doorbell
from functions.services.context import Context

log = logging.getLogger("slipway.watch")


def ring_waiting(ctx: Context) -> None:
    """Ring for as many operations as there are free places, the one that waits longest first."""
    entries = ctx.index.active()
    free = ctx.policy.max_parallel - sum(entry.running for entry in entries)
    waiting = sorted((entry for entry in entries if not entry.running), key=lambda entry: entry.created_at)
    for entry in waiting[: max(free, 0)]:
        _send(ctx, Doorbell(entry.deployment_id, entry.correlation_id))


def ring(ctx: Context, deployment: Deployment) -> None:
    """Ring for a deployment; a bell that is not heard costs nothing but the time until reconcile looks."""
    _send(ctx, Doorbell(deployment.deployment_id, deployment.operation.correlation_id))


def ring_later(ctx: Context, deployment: Deployment, *, in_seconds: float, watch: bool) -> None:
    """Ring in a while. Losing this bell costs nothing but the time until reconcile looks."""
    bell = Doorbell(deployment.deployment_id, deployment.operation.correlation_id, watch=watch)
    _send(ctx, bell, delay_seconds=max(1, round(in_seconds)))


def _send(ctx: Context, bell: Doorbell, *, delay_seconds: int = 0) -> None:
    try:
        ctx.bells.ring(bell, delay_seconds=delay_seconds)
    except StorageUnavailable:
        log.warning(
            "ringing for deployment '%s': the queue did not answer, reconcile will look", bell.deployment_id
        )
