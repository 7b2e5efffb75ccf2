from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

from functions.maintenance_ports import DueEntry, Sweep

Key = tuple[date, str, datetime]


class MemoryDueDeployments:
    """The due deployments in memory. `entries` has all entries by day; tests may clear it."""

    def __init__(self) -> None:
        self.entries: dict[Key, DueEntry] = {}
        self._sweep: Sweep | None = None
        self._writes = 0
        self._lock = threading.Lock()

    def put(self, entry: DueEntry) -> None:
        with self._lock:
            self._writes += 1
            self.entries[_key(entry)] = replace(entry, etag=f'W/"{self._writes}"')

    def due(self, moment: datetime) -> Iterator[DueEntry]:
        with self._lock:
            due_entries = [entry for entry in self.entries.values() if entry.due_at <= moment]
        yield from sorted(due_entries, key=_key)

    def remove(self, entry: DueEntry) -> None:
        with self._lock:
            current = self.entries.get(_key(entry))
            if current is not None and current.etag == entry.etag:
                del self.entries[_key(entry)]

    def sweep(self) -> Sweep | None:
        return self._sweep

    def put_sweep(self, sweep: Sweep) -> None:
        self._sweep = sweep


def _key(entry: DueEntry) -> Key:
    return entry.due_at.astimezone(UTC).date(), entry.listed.deployment_id, entry.listed.created_at
