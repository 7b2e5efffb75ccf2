"""Shows that the runner lives, and how far it is (docs/rules.md rule 6)."""

from __future__ import annotations

import threading
import time

from functions.domain.errors import SlipwayError
from functions.domain.jobs.job_contract import Heartbeat
from functions.domain.status import Phase
from functions.ports import ArtifactStore

_MIN_PAUSE = 1.0


class HeartbeatWriter:
    """Overwrites the heartbeat blob every `seconds`, and sooner, but at most once a second, after a change.

    The claim counts as the first beat, so that a short job is not slowed by one. A beat that cannot be
    written is tried again a second later; it never ends the job.
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
        """What the next beat says."""
        return self._beat

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def show(self, beat: Heartbeat) -> None:
        """Say this from now on."""
        self._beat = beat
        self._changed.set()

    def close(self) -> None:
        """Beat no more."""
        self._closed = True
        self._changed.set()

    def _run(self) -> None:
        time.sleep(_MIN_PAUSE)
        while not self._closed:
            self._changed.clear()
            wait = self._seconds
            try:
                self._store.overwrite(self._name, self._beat.to_json())
            except SlipwayError:
                wait = _MIN_PAUSE
            time.sleep(_MIN_PAUSE)
            self._changed.wait(max(0.0, wait - _MIN_PAUSE))
