from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

from functions.domain.errors import AlreadyExists
from functions.ports import Artifact


def _real_time() -> datetime:
    return datetime.now(UTC)


class MemoryArtifactStore:
    """An artifact store in memory. `creates` counts calls of `create`; `now` is the clock of the service."""

    def __init__(self, now: Callable[[], datetime] = _real_time) -> None:
        self.creates = 0
        self._now = now
        self._blobs: dict[str, tuple[bytes, datetime]] = {}
        self._appended: set[str] = set()
        self._lock = threading.Lock()

    def create(self, name: str, data: bytes) -> bool:
        with self._lock:
            self.creates += 1
            return self._blobs.setdefault(name, (data, self._now()))[0] == data

    def read(self, name: str) -> Artifact | None:
        with self._lock:
            blob = self._blobs.get(name)
            return Artifact(blob[0], (self._now() - blob[1]).total_seconds()) if blob else None

    def overwrite(self, name: str, data: bytes) -> None:
        with self._lock:
            self._blobs[name] = (data, self._now())

    def append(self, name: str, data: bytes, *, offset: int) -> int:
        with self._lock:
            if offset == 0 and name not in self._blobs:
                self._blobs[name] = (b"", self._now())
                self._appended.add(name)
            if name not in self._appended:
                raise AlreadyExists(f"appending to blob '{name}': it is not one to append to")
            if data:
                self._append(name, data, offset)
            return offset + len(data)

    def _append(self, name: str, data: bytes, offset: int) -> None:
        content = self._blobs[name][0]
        rest = content[offset:]
        if len(content) != offset and not (rest and (data.startswith(rest) or rest.startswith(data))):
            raise AlreadyExists(
                f"appending to blob '{name}' at byte {offset}: another client has written there"
            )
        if len(content) < offset + len(data):
            self._blobs[name] = (content[:offset] + data, self._now())

    def read_from(self, name: str, offset: int, limit: int) -> bytes | None:
        with self._lock:
            blob = self._blobs.get(name)
            return blob[0][offset : offset + limit] if blob else None

    def size(self, name: str) -> int | None:
        with self._lock:
            blob = self._blobs.get(name)
            return len(blob[0]) if blob else None

    def delete(self, name: str) -> None:
        with self._lock:
            self._blobs.pop(name, None)
            self._appended.discard(name)

    def names(self, prefix: str) -> list[str]:
        with self._lock:
            return sorted(name for name in self._blobs if name.startswith(prefix))

    def ping(self) -> None:
        """Do nothing: the store is always available."""
