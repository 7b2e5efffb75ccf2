"""The launcher's end of a spare runner: a process that imports its code before there is a job for it.

The other end is `runner/spare.py`. The spare receives one job (JSON, and the job's open log) and becomes that
job's runner. A job may be sent before the spare has imported everything: a new process would be no faster.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

_SPARE = (sys.executable, "-m", "runner.spare")

Child = subprocess.Popen[bytes]


class SpareRunner:
    """Keeps at most one spare, and none before `prepare`; thread-safe."""

    def __init__(self, environ: Mapping[str, str], command: Sequence[str] = _SPARE) -> None:
        self._environ = dict(environ)
        self._command = list(command)
        self._lock = threading.Lock()
        self._spare: tuple[Child, socket.socket] | None = None

    def hand_over(self, variables: Mapping[str, str], folder: Path, log: int) -> Child | None:
        """Send a job to the spare and return its process, or None if no spare lives."""
        with self._lock:
            spare, self._spare = self._spare, None
        if spare is None:
            return None
        child, channel = spare
        message = json.dumps({"variables": dict(variables), "folder": str(folder)}).encode()
        with channel, suppress(OSError):
            if child.poll() is None and socket.send_fds(channel, [message], [log]):
                return child
        child.kill()
        child.wait()
        return None

    def prepare(self, folder: Path) -> None:
        """Start a spare in `folder` unless there is one. If it cannot start, the next job starts without."""
        with self._lock, suppress(OSError), ExitStack() as on_error:
            if self._spare is None:
                ours, theirs = socket.socketpair()
                on_error.callback(ours.close)
                with theirs:
                    child = subprocess.Popen(
                        self._command,
                        stdin=theirs.fileno(),
                        stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL,
                        cwd=folder,
                        env=self._environ,
                        start_new_session=True,
                    )
                self._spare = child, ours
                on_error.pop_all()

    def close(self) -> None:
        """End the spare."""
        with self._lock:
            spare, self._spare = self._spare, None
        if spare is not None:
            child, channel = spare
            channel.close()
            child.kill()
            child.wait()
