"""Sees that somebody asked to cancel the operation."""

from __future__ import annotations

import threading

from functions.domain.errors import SlipwayError
from functions.domain.jobs import blob_names
from functions.ports import ArtifactStore
from runner.process.stop import Stop, StopReason

# a cancel is to be seen within 2 s
_LOOK_EVERY = 1.0


class CancelWatcher:
    """Looks for the operation's cancel request once a second, in its own thread, then sets the stop flag."""

    def __init__(self, store: ArtifactStore, operation_id: str, stop: Stop) -> None:
        self._store = store
        self._name = blob_names.cancel_request(operation_id)
        self._stop = stop
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="cancel", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._closed.set()

    def look(self) -> bool:
        """Look now; True where somebody asked to cancel. Raises StorageUnavailable."""
        found = self._store.size(self._name) is not None
        if found:
            self._stop.request(StopReason.CANCELLED)
        return found

    def _watch(self) -> None:
        while not self._closed.wait(_LOOK_EVERY):
            try:
                if self.look():
                    return
            except SlipwayError:
                continue
