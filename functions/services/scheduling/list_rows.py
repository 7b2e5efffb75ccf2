"""Writes the list rows of a deployment, which show it as its last transition left it (decision 0002)."""

from __future__ import annotations

import logging

from functions.domain.deployments.deployment import Deployment
from functions.domain.errors import StorageUnavailable
from functions.ports import Stored
from functions.services.context import Context

log = logging.getLogger("slipway.list")


def write_list_rows(ctx: Context, stored: Stored) -> None:
    """Write the rows, and write them again if the deployment has changed meanwhile.

    Another host may commit the next transition and write its rows before this one does. Without the second
    look, the older rows would replace the newer ones for good.
    """
    while True:
        ctx.index.put_list_rows(stored.deployment)
        current = ctx.store.get(stored.deployment.deployment_id)
        if current is None or current.deployment.deleted_at or current.etag == stored.etag:
            return
        stored = current


def show_request(ctx: Context, before: Deployment, after: Stored) -> None:
    """Show in the lists what a caller's request has changed, before the dispatcher advances the deployment.

    If storage does not answer, the rows are written by the dispatcher.
    """
    if _shown(before) == _shown(after.deployment):
        return
    try:
        write_list_rows(ctx, after)
    except StorageUnavailable as error:
        log.warning("%s; the dispatcher will write the list rows", error)


def _shown(deployment: Deployment) -> tuple[object, ...]:
    return deployment.status, deployment.started_at, deployment.completed_at
