"""Writes missing due entries: for deployments that ended before the app wrote such entries, and for all
deployments when a retention period has changed.

The sweep reads the list rows, a page at a time, and records its progress, so that the next run continues
there. It reads no deployment. A list row whose deployment was deleted gets an entry, too: retention then
removes the row.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from functions.domain.clock import from_text
from functions.domain.deployments.listed import Listed
from functions.domain.errors import RequestRefused
from functions.maintenance_ports import DueEntry, Sweep
from functions.ports import ListEntry, ListPage, ListQuery
from functions.services.context import Context
from functions.services.scheduling.retention_due import kept_days

log = logging.getLogger("slipway.retention")

_PAGE = 200
_SETTLING = timedelta(hours=1)
"""An app of the previous release, which writes no entries, may run for a while beside the new one."""


def sweep_due(ctx: Context, deadline: datetime) -> None:
    """Continue the sweep until `deadline`, if one is necessary."""
    periods = {**kept_days(ctx.policy), "record": ctx.policy.record_days}
    periods_text = ", ".join(f"{kind} {days}" for kind, days in periods.items())
    sweep = ctx.due.sweep()
    if sweep is None or sweep.periods != periods_text:
        ctx.due.put_sweep(Sweep(periods_text, ctx.now()))
        return
    if sweep.done or ctx.now() - sweep.began_at < _SETTLING:
        return
    shortest = timedelta(days=min(periods.values()))
    while ctx.now() < deadline:
        page = _page(ctx, sweep.token)
        for entry in page.entries:
            ctx.due.put(_due_entry(entry, shortest))
        sweep = replace(sweep, token=page.token, done=page.token is None)
        ctx.due.put_sweep(sweep)
        if sweep.done:
            log.info("sweeping the list for retention: done")
            return
    log.info("sweeping the list for retention: out of time, the next run continues")


def _page(ctx: Context, token: str | None) -> ListPage:
    try:
        return ctx.index.page(ListQuery(limit=_PAGE, token=token))
    except RequestRefused:
        log.warning("sweeping the list for retention: the last page's token was refused, starting again")
        return ctx.index.page(ListQuery(limit=_PAGE))


def _due_entry(entry: ListEntry, shortest: timedelta) -> DueEntry:
    listed = Listed(
        deployment_id=entry.deployment_id,
        provider_type=entry.provider_type,
        template_name=entry.template_name,
        created_by=entry.created_by,
        created_at=from_text(entry.created_at),
    )
    return DueEntry(listed, from_text(entry.completed_at or entry.created_at) + shortest)
