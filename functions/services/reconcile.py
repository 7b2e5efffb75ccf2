"""The backstop: look at every unfinished deployment whose time has come. It reads `active` only and never
scans.
"""

from __future__ import annotations

import logging

from functions.ports import ActiveEntry
from functions.services.advance import ABANDONED_ENTRY, advance
from functions.services.context import Context

log = logging.getLogger("slipway.reconcile")


def reconcile(ctx: Context) -> int:
    """Advance what is due, one after another, and sweep behind dead runners; gives how many were looked
    at.
    """
    entries = sorted(ctx.index.active(due_before=ctx.now()), key=lambda entry: entry.due_at)
    for entry in entries:
        try:
            _look(ctx, entry)
        except Exception:  # whatever is wrong with one deployment, the others get their look
            log.exception("reconciling deployment '%s': it stays due", entry.deployment_id)
    ctx.launcher.sweep()
    return len(entries)


def _look(ctx: Context, entry: ActiveEntry) -> None:
    if ctx.store.get(entry.deployment_id) is not None:
        advance(ctx, entry.deployment_id)
    elif ctx.now() - entry.created_at > ABANDONED_ENTRY:
        log.info("dropping the entry of deployment '%s': it never came to be", entry.deployment_id)
        ctx.index.remove_active(entry.deployment_id)
