"""GET /deployments: one page, newest first.

The index rows of finished deployments are the truth; for the unfinished ones on the page the store is asked,
which is as many point reads as there are deployments under way on it. A deployment shows from its first
dispatch on, normally within the second.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from functions.domain.clock import optional_text
from functions.ports import ListEntry, ListPage, ListQuery
from functions.services.context import Context

_READERS = 8


def list_deployments(ctx: Context, query: ListQuery) -> ListPage:
    """A page that may be short, or even empty, with a token. Raises RequestRefused `bad_token`."""
    page = ctx.index.page(query)
    entries = _refreshed(ctx, page.entries)
    if query.status:
        entries = [entry for entry in entries if entry.status == query.status]
    return ListPage(entries, page.token)


def _refreshed(ctx: Context, entries: list[ListEntry]) -> list[ListEntry]:
    unfinished = [entry for entry in entries if not entry.finished]
    if not unfinished:
        return entries
    with ThreadPoolExecutor(_READERS) as pool:
        fresh = dict(
            zip(
                (entry.deployment_id for entry in unfinished),
                pool.map(lambda e: _fresh(ctx, e), unfinished),
                strict=True,
            )
        )
    return [fresh.get(entry.deployment_id, entry) for entry in entries]


def _fresh(ctx: Context, entry: ListEntry) -> ListEntry:
    stored = ctx.store.get(entry.deployment_id)
    if stored is None:
        return entry
    now = stored.deployment
    return replace(
        entry,
        status=now.status,
        started_at=optional_text(now.started_at),
        completed_at=optional_text(now.completed_at),
        finished=now.status.is_final,
    )
