"""Writes heartbeats, which show that the runner is alive and which phase it is in (docs/rules.md rule 6)."""

from __future__ import annotations

import threading
import time

from functions.domain.errors import SlipwayError
from functions.domain.jobs.job_contract import Heartbeat
from functions.domain.status import Phase
from functions.ports import ArtifactStore

_MIN_PAUSE_SECONDS = 1.0


class HeartbeatWriter:
    """Overwrites the heartbeat blob every `seconds`, and at most once a second after a change.

    The claim counts as the first heartbeat, so that a short job need not write one. A heartbeat that cannot
    be written is retried a second later, and never ends the job.
    """

    def __init__(self, store: ArtifactStore, name: str, seconds: float) -> None:
        self._store = store
        self._name = name
        self._seconds = seconds
        self._beat = Heartbeat(Phase.STARTING)
        self._changed = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    @property
    def beat(self) -> Heartbeat:
        """Return the next heartbeat."""
        return self._beat

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def show(self, beat: Heartbeat) -> None:
        """Write this heartbeat from now on."""
        self._beat = beat
        self._changed.set()

    def close(self) -> None:
        """Stop the thread."""
        self._closed = True
        self._changed.set()

    def _run(self) -> None:
        time.sleep(_MIN_PAUSE_SECONDS)
        while not self._closed:
            self._changed.clear()
            wait = self._seconds
            try:
                self._store.overwrite(self._name, self._beat.to_json())
            except SlipwayError:
                wait = _MIN_PAUSE_SECONDS
            time.sleep(_MIN_PAUSE_SECONDS)
            self._changed.wait(max(0.0, wait - _MIN_PAUSE_SECONDS))
