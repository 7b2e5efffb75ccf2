"""What follows an operation's end: the list rows show it, the `active` entry goes, the longest waiting get
a bell.

Every part may be done again; a host that dies in between leaves the `active` entry, and so reconcile comes
back.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from functions.domain.deployment import Deployment
from functions.domain.errors import StorageUnavailable
from functions.domain.messages import Doorbell
from functions.ports import ActiveEntry
from functions.services.context import Context
from functions.services.due import note_due

log = logging.getLogger("slipway.finish")


def finish(ctx: Context, deployment: Deployment, ended: Iterable[str]) -> None:
    """Bring the index in line with operations that have ended, and let the next ones start."""
    ctx.index.put_list_rows(deployment)
    note_due(ctx, deployment)
    # last: the entry is what brings reconcile back where the rows before it could not be written
    strike_off(ctx, ended)
    entries = ctx.index.active()
    free = ctx.policy.max_parallel - sum(entry.running for entry in entries)
    for entry in waiting(entries)[: max(free, 0)]:
        _ring(ctx, entry)


def strike_off(ctx: Context, ended: Iterable[str]) -> None:
    """Remove the entries of operations that have ended."""
    for operation_id in ended:
        ctx.index.remove_active(operation_id)


def waiting(entries: list[ActiveEntry]) -> list[ActiveEntry]:
    """Those that wait for a free place, the oldest first."""
    return sorted((entry for entry in entries if not entry.running), key=lambda entry: entry.created_at)


def _ring(ctx: Context, entry: ActiveEntry) -> None:
    try:
        ctx.bells.ring(Doorbell(entry.deployment_id, entry.correlation_id))
    except StorageUnavailable:
        log.warning(
            "ringing for deployment '%s': the queue did not answer, reconcile will look", entry.deployment_id
        )
