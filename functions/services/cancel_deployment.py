"""POST /deployments/{id}/cancel: write the wish down, show it to the runner, stop at once what can be
stopped at once.

Cancel is a request: if the runner's result says that it succeeded, then it succeeded (design §4 rule 5).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from functions.domain.deployment import Deployment
from functions.domain.errors import ConcurrentChange, RequestRefused, StorageUnavailable
from functions.domain.status import OperationStatus
from functions.ports import Stored
from functions.services.accept_deployment import ring
from functions.services.advance import advance
from functions.services.context import Context
from functions.services.find import find_deployment, read_heartbeat
from functions.services.show_cancel import show_cancel

log = logging.getLogger("slipway.cancel")

_TRIES = 8


@dataclass(frozen=True, slots=True)
class Cancelled:
    """`stopped` once nothing runs any more; `in_flight` are the resource addresses that were being worked
    on.
    """

    deployment: Deployment
    stopped: bool
    in_flight: tuple[str, ...]


def cancel_deployment(ctx: Context, deployment_id: str, *, caller: str, correlation_id: str) -> Cancelled:
    """Ask for a stop. Raises RequestRefused `deployment_not_found`, `not_cancellable`, `conflict`."""
    stored = find_deployment(ctx, deployment_id)
    if stored.deployment.operation.status is OperationStatus.CANCELLED:
        return Cancelled(stored.deployment, stopped=True, in_flight=())
    stored = _write_down(ctx, stored, caller)
    log.info("cancelling deployment '%s' for '%s' by request '%s'", deployment_id, caller, correlation_id)
    operation = stored.deployment.operation
    show_cancel(ctx, operation)
    heartbeat = read_heartbeat(ctx, operation)
    try:
        advance(ctx, deployment_id)
    except StorageUnavailable:
        ring(ctx, stored.deployment)
    deployment = find_deployment(ctx, deployment_id).deployment
    stopped = deployment.operation.status is OperationStatus.CANCELLED
    if deployment.operation.status.is_final and not stopped:
        raise _too_late(deployment)
    return Cancelled(deployment, stopped, heartbeat.in_flight if heartbeat else ())


def _write_down(ctx: Context, stored: Stored, caller: str) -> Stored:
    for _ in range(_TRIES):
        operation = stored.deployment.operation
        if operation.status.is_final:
            raise _too_late(stored.deployment)
        if operation.cancel_requested_at:
            return stored
        try:
            return ctx.store.commit(stored, stored.deployment.cancel_requested(ctx.now(), caller))
        except ConcurrentChange:
            stored = find_deployment(ctx, stored.deployment.deployment_id)
    raise RequestRefused(
        "conflict", f"cancelling deployment '{stored.deployment.deployment_id}': it keeps moving; try again"
    )


def _too_late(deployment: Deployment) -> RequestRefused:
    return RequestRefused(
        "not_cancellable",
        f"deployment '{deployment.deployment_id}' has ended as '{deployment.status}': "
        "there is nothing to cancel",
    )
