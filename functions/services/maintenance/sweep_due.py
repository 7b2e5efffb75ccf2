"""Deployments without an entry of `due.py` get one: those that ended before the app wrote such entries, and
all of them when a retention period has changed.

The sweep goes over the list rows, a page at a time, and writes down how far it has come: it goes on there at
the next run. It reads no deployment. A list row whose deployment is gone gets an entry, too, so that the look
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
"""An app of the release before, which writes no entries, may go on for a while beside the new one."""


def sweep_due(ctx: Context, deadline: datetime) -> None:
    """Go on with the sweep until `deadline`, where one is to be made."""
    periods = {**kept_days(ctx.policy), "record": ctx.policy.record_days}
    shown = ", ".join(f"{kind} {days}" for kind, days in periods.items())
    sweep = ctx.due.sweep()
    if sweep is None or sweep.periods != shown:
        ctx.due.put_sweep(Sweep(shown, ctx.now()))
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
    log.info("sweeping the list for retention: out of time, the next run goes on")


def _page(ctx: Context, token: str | None) -> ListPage:
    try:
        return ctx.index.page(ListQuery(limit=_PAGE, token=token))
    except RequestRefused:
        log.warning("sweeping the list for retention: the last page's token is not taken, beginning anew")
        return ctx.index.page(ListQuery(limit=_PAGE))


def _due_entry(entry: ListEntry, shortest: timedelta) -> DueEntry:
    found = Listed(
        deployment_id=entry.deployment_id,
        provider_type=entry.provider_type,
        template_name=entry.template_name,
        created_by=entry.created_by,
        created_at=from_text(entry.created_at),
    )
    return DueEntry(found, from_text(entry.completed_at or entry.created_at) + shortest)
