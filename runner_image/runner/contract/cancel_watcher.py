"""Watches for a request to cancel the operation."""

from __future__ import annotations

import threading

from functions.domain.errors import SlipwayError
from functions.domain.jobs import blob_names
from functions.ports import ArtifactStore
from runner.process.stop import Stop, StopReason

# A cancel request must be noticed within 2 s.
_POLL_SECONDS = 1.0


class CancelWatcher:
    """Checks for the operation's cancel request once a second in its own thread, and sets the stop flag."""

    def __init__(self, store: ArtifactStore, operation_id: str, stop: Stop) -> None:
        self._store = store
        self._name = blob_names.cancel_request(operation_id)
        self._stop = stop
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="cancel", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def close(self) -> None:
        """Stop the thread."""
        self._closed.set()

    def look(self) -> bool:
        """Check now; return True if a cancel was requested. Raises StorageUnavailable."""
        is_requested = self._store.size(self._name) is not None
        if is_requested:
            self._stop.request(StopReason.CANCELLED)
        return is_requested

    def _watch(self) -> None:
        while not self._closed.wait(_POLL_SECONDS):
            try:
                if self.look():
                    return
            except SlipwayError:
                continue
