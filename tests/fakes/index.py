from __future__ import annotations

import base64
import json
import threading
from dataclasses import replace
from datetime import datetime

from functions.domain.clock import from_text, optional_text, to_text
from functions.domain.deployments.deployment import Deployment
from functions.domain.deployments.listed import Listed
from functions.domain.errors import ProblemCode, RequestRefused
from functions.ports import ActiveEntry, ListEntry, ListPage, ListQuery


class MemoryDeploymentIndex:
    """The index in memory. As in Table Storage, a page reads at most `rows_per_page` rows."""

    def __init__(self, rows_per_page: int = 1000) -> None:
        self._rows_per_page = rows_per_page
        self._active: dict[str, ActiveEntry] = {}
        self._running: dict[str, ActiveEntry] = {}
        self._waiting: dict[tuple[datetime, str, str], ActiveEntry] = {}
        self._listed: dict[tuple[str, str], ListEntry] = {}
        self._requested: set[str] = set()
        self._writes = 0
        self._lock = threading.Lock()

    def add_active(self, entry: ActiveEntry) -> bool:
        with self._lock:
            if entry.key in self._active:
                return False
            self._write(entry)
            return True

    def put_active(self, entry: ActiveEntry) -> None:
        with self._lock:
            self._write(entry)

    def remove_active(self, key: str) -> None:
        with self._lock:
            self._active.pop(key, None)

    def remove_abandoned(self, entry: ActiveEntry) -> bool:
        with self._lock:
            current = self._active.get(entry.key)
            if current is not None and current.etag != entry.etag:
                return False
            self._active.pop(entry.key, None)
            return True

    def _write(self, entry: ActiveEntry) -> None:
        self._writes += 1
        self._active[entry.key] = replace(entry, lane="", etag=f'W/"{self._writes}"')

    def active(self, *, due_before: datetime) -> list[ActiveEntry]:
        with self._lock:
            entries = sorted(self._active.values(), key=lambda entry: entry.key)
        return [entry for entry in entries if entry.due_at <= due_before]

    def put_running(self, entry: ActiveEntry) -> None:
        with self._lock:
            self._running[entry.key] = replace(entry, lane="")

    def remove_running(self, key: str) -> bool:
        with self._lock:
            return self._running.pop(key, None) is not None

    def running(self) -> list[ActiveEntry]:
        with self._lock:
            return sorted(self._running.values(), key=lambda entry: entry.key)

    def put_waiting(self, entry: ActiveEntry) -> None:
        with self._lock:
            self._waiting[_line_order(entry)] = entry

    def remove_waiting(self, entry: ActiveEntry) -> bool:
        with self._lock:
            return self._waiting.pop(_line_order(entry), None) is not None

    def oldest_waiting(self, limit: int) -> list[ActiveEntry]:
        with self._lock:
            return [self._waiting[order] for order in sorted(self._waiting)[:limit]]

    def put_list_rows(self, deployment: Deployment) -> None:
        entry = ListEntry(
            deployment_id=deployment.deployment_id,
            provider_type=deployment.provider_type,
            template_name=deployment.template_name,
            subscription_id=deployment.subscription_id,
            resource_group=deployment.resource_group,
            location=deployment.location,
            created_by=deployment.created_by,
            created_at=to_text(deployment.created_at),
            status=deployment.status.value,
            started_at=optional_text(deployment.started_at),
            completed_at=optional_text(deployment.completed_at),
        )
        with self._lock:
            self._listed[entry.deployment_id, entry.created_at] = entry
            if deployment.request:
                self._requested.add(entry.deployment_id)

    def remove_list_rows(self, listed: Listed) -> None:
        with self._lock:
            self._listed.pop((listed.deployment_id, to_text(listed.created_at)), None)

    def page(self, query: ListQuery) -> ListPage:
        with self._lock:
            rows = sorted(self._listed.values(), key=_newest_first)
        if query.requests:
            rows = [row for row in rows if row.deployment_id in self._requested]
        start = _decode(query)
        rows = [row for row in rows if start is None or list(_newest_first(row)) > start]
        matches: list[ListEntry] = []
        for rows_read, row in enumerate(rows, 1):
            if _matches(row, query):
                matches.append(row)
            is_full = len(matches) == query.limit or rows_read == self._rows_per_page
            if is_full and rows_read < len(rows):
                return ListPage(matches, _encode(query, row))
        return ListPage(matches)


def _line_order(entry: ActiveEntry) -> tuple[datetime, str, str]:
    return entry.created_at, entry.lane, entry.key


def _newest_first(entry: ListEntry) -> tuple[float, str]:
    return -from_text(entry.created_at).timestamp(), entry.deployment_id


def _matches(entry: ListEntry, query: ListQuery) -> bool:
    for name in ("provider_type", "template_name", "resource_group", "created_by"):
        filter_value = getattr(query, name)
        if filter_value is not None and getattr(entry, name) != filter_value:
            return False
    if query.created_after and from_text(entry.created_at) < query.created_after:
        return False
    if query.created_before and from_text(entry.created_at) >= query.created_before:
        return False
    return query.status is None or not entry.is_current or entry.status == query.status


def _filters(query: ListQuery) -> str:
    return repr(replace(query, limit=0, token=None))


def _encode(query: ListQuery, last: ListEntry) -> str:
    text = json.dumps([_filters(query), *_newest_first(last)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(query: ListQuery) -> list[object] | None:
    if query.token is None:
        return None
    try:
        padded = query.token + "=" * (-len(query.token) % 4)
        start: list[object]
        filters, *start = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, TypeError) as exc:
        raise RequestRefused(
            ProblemCode.BAD_TOKEN, "the continuation token was not issued by this API"
        ) from exc
    if filters != _filters(query) or len(start) != 2:
        raise RequestRefused(
            ProblemCode.BAD_TOKEN, "the continuation token belongs to a list with other filters"
        )
    return start
