"""When somebody is to look at an unfinished deployment again: the `active` entry for reconcile, the bell
for the watchdog.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from functions.domain.deployment import Deployment
from functions.domain.errors import StorageUnavailable
from functions.domain.messages import Doorbell
from functions.ports import ActiveEntry
from functions.services.context import Context

log = logging.getLogger("slipway.watch")


def look_again(ctx: Context, deployment: Deployment, *, in_seconds: float, running: bool) -> None:
    """Have reconcile look at the operation that has the turn in a while."""
    ctx.index.put_active(
        ActiveEntry(
            key=deployment.operation.id,
            deployment_id=deployment.deployment_id,
            created_at=deployment.operation.created_at,
            due_at=ctx.now() + timedelta(seconds=in_seconds),
            running=running,
            correlation_id=deployment.operation.correlation_id,
        )
    )


def ring(ctx: Context, deployment: Deployment) -> None:
    """Ring for a deployment; a bell that is not heard costs nothing but the time until reconcile looks."""
    try:
        ctx.bells.ring(Doorbell(deployment.deployment_id, deployment.operation.correlation_id))
    except StorageUnavailable:
        log.warning(
            "ringing for deployment '%s': the queue did not answer, reconcile will look",
            deployment.deployment_id,
        )


def ring_later(ctx: Context, deployment: Deployment, *, in_seconds: float, watch: bool) -> None:
    """Ring in a while. Losing this bell costs nothing but the time until reconcile looks."""
    bell = Doorbell(deployment.deployment_id, deployment.operation.correlation_id, watch=watch)
    try:
        ctx.bells.ring(bell, delay_seconds=max(1, round(in_seconds)))
    except StorageUnavailable:
        log.warning(
            "setting the watchdog of deployment '%s': the queue did not answer", deployment.deployment_id
        )
