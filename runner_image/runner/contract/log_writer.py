"""Copies a job's log to its append blob without ever blocking the job."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

from functions.domain.clock import now, to_text
from functions.domain.errors import SlipwayError, StorageUnavailable
from functions.ports import ArtifactStore
from runner.masking.secret_masker import SecretMasker

# An append blob takes 50,000 blocks of up to 4 MiB: one a second for 13 hours, or 12 GiB by 256 KiB each.
_BATCH_BYTES = 256 * 1024
_BATCH_SECONDS = 1.0
_MAX_PAUSE_SECONDS = 5.0


class LogWriter:
    """Writes lines to a spool file at once; a thread appends them to the blob every second or every 256 KiB.

    While storage is unavailable, the spool grows but memory does not. Nothing is lost while the job lives.
    """

    def __init__(self, store: ArtifactStore, name: str, spool: Path, redact: SecretMasker) -> None:
        self._store = store
        self._name = name
        self._redact = redact
        self._spool = spool.open("w+b", buffering=0)
        self._written = 0
        self._sent = 0
        self._hurry = False
        self._closed = False
        self._lock = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def write(self, text: str) -> None:
        """Add a text with secrets masked, and the current time before each line. Safe from any thread."""
        stamp = to_text(now())
        lines = "".join(f"{stamp} {line}\n" for line in self._redact(text).split("\n"))
        # The disk may be full, but a lost line must not stop an apply.
        with self._lock, contextlib.suppress(OSError):
            if self._closed:
                return
            self._spool.seek(self._written)
            self._written += self._spool.write(lines.encode("utf-8", "replace"))
            if self._written - self._sent >= _BATCH_BYTES:
                self._lock.notify_all()

    def flush(self, seconds: float) -> bool:
        """Wait until everything written so far is in the blob; return False if it is not after `seconds`."""
        with self._lock:
            goal = self._written
            self._hurry = True
            self._lock.notify_all()
            self._lock.wait_for(lambda: self._sent >= goal or self._closed, seconds)
            return self._sent >= goal

    def close(self, seconds: float) -> bool:
        """Flush, then end the thread; return as `flush` does."""
        complete = self.flush(seconds)
        with self._lock:
            self._closed = True
            self._lock.notify_all()
        self._thread.join(1.0)
        return complete

    def _run(self) -> None:
        try:
            with self._spool:
                self._append_until_closed()
        finally:
            with self._lock:
                self._closed = True
                self._lock.notify_all()

    def _append_until_closed(self) -> None:
        pause = _BATCH_SECONDS
        while self._wait(pause):
            try:
                self._append()
                pause = _BATCH_SECONDS
            except StorageUnavailable:
                self._rest(pause)
                pause = min(pause * 2, _MAX_PAUSE_SECONDS)
            except SlipwayError:
                # Another runner wrote to this job's log, so this one must not append to it.
                return

    def _rest(self, seconds: float) -> None:
        with self._lock:
            self._lock.wait_for(lambda: self._closed, seconds)

    def _wait(self, seconds: float) -> bool:
        with self._lock:
            self._lock.wait_for(
                lambda: self._closed or self._hurry or self._written - self._sent >= _BATCH_BYTES, seconds
            )
            if self._sent == self._written:
                self._hurry = False
            return not self._closed

    def _append(self) -> None:
        while self._sent < self._written:
            with self._lock:
                self._spool.seek(self._sent)
                data = self._spool.read(min(_BATCH_BYTES, self._written - self._sent))
            length = self._store.append(self._name, data, offset=self._sent)
            with self._lock:
                self._sent = length
                self._lock.notify_all()
