"""GET /deployments: one page, newest first.

The index rows show the deployments as their last transitions left them, so a page is one query. Only the rows
of an earlier release, which did not write them at every transition, are completed from the store. A new
deployment is listed from its first dispatch on, normally within a second.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from functions.domain.clock import optional_text
from functions.ports import ListEntry, ListPage, ListQuery
from functions.services.context import Context

_READERS = 8


def list_deployments(ctx: Context, query: ListQuery) -> ListPage:
    """Return one page, which may be short or even empty although it has a token.

    Raises RequestRefused `bad_token`.
    """
    page = ctx.index.page(query)
    entries = _refreshed(ctx, page.entries)
    if query.status:
        entries = [entry for entry in entries if entry.status == query.status]
    return ListPage(entries, page.token)


def _refreshed(ctx: Context, entries: list[ListEntry]) -> list[ListEntry]:
    outdated = [entry for entry in entries if not entry.is_current]
    if not outdated:
        return entries
    with ThreadPoolExecutor(_READERS) as pool:
        current = dict(
            zip(
                (entry.deployment_id for entry in outdated),
                pool.map(lambda entry: _current_entry(ctx, entry), outdated),
                strict=True,
            )
        )
    return [current.get(entry.deployment_id, entry) for entry in entries]


def _current_entry(ctx: Context, entry: ListEntry) -> ListEntry:
    stored = ctx.store.get(entry.deployment_id)
    if stored is None:
        return entry
    deployment = stored.deployment
    return replace(
        entry,
        status=deployment.status,
        started_at=optional_text(deployment.started_at),
        completed_at=optional_text(deployment.completed_at),
        is_current=True,
    )
