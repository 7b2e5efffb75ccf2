"""A spare runner, which has imported its code and waits for a job: both ends of its socket to the launcher.

The spare reports that it is ready, receives one job (JSON, and the job's open log), confirms it, and becomes
that job's runner. It ends when its launcher does.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

_SPARE = (sys.executable, "-m", "runner.spare")
_READY = b"r"
_TAKEN = b"t"
_MAX_MESSAGE_BYTES = 64 * 1024
# Time for a ready spare to confirm a job; it needs about one millisecond.
_CONFIRM_TIMEOUT_SECONDS = 2.0

Child = subprocess.Popen[bytes]


class SpareRunner:
    """The launcher's end; thread-safe. It has at most one spare, and none before `prepare`."""

    def __init__(self, environ: Mapping[str, str], command: Sequence[str] = _SPARE) -> None:
        self._environ = dict(environ)
        self._command = list(command)
        self._lock = threading.Lock()
        self._spare: tuple[Child, socket.socket] | None = None

    def hand_over(self, variables: Mapping[str, str], folder: Path, log: int) -> Child | None:
        """Give a job to the spare and return its process, or None if no spare is ready.

        A spare that does not confirm the job is killed.
        """
        with self._lock:
            if self._spare is None:
                return None
            child, channel = self._spare
            channel.setblocking(False)
            try:
                is_ready = channel.recv(1) == _READY
            except BlockingIOError:
                return None
            except OSError:
                is_ready = False
            self._spare = None
        message = json.dumps({"variables": dict(variables), "folder": str(folder)}).encode()
        channel.settimeout(_CONFIRM_TIMEOUT_SECONDS)
        with channel, suppress(OSError):
            if is_ready and socket.send_fds(channel, [message], [log]) and channel.recv(1) == _TAKEN:
                return child
        child.kill()
        child.wait()
        return None

    def prepare(self, folder: Path) -> None:
        """Start a spare in `folder` unless one waits. If it cannot start, the next job starts without."""
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
            if self._spare is not None:
                child, channel = self._spare
                self._spare = None
                channel.close()
                child.kill()
                child.wait()


def wait_for_job() -> bool:
    """Wait, as the spare, for a job and adopt its environment, folder and log.

    Return False if the launcher has ended.
    """
    with socket.socket(fileno=os.dup(0)) as channel, Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        channel.sendall(_READY)
        message, logs, *_ = socket.recv_fds(channel, _MAX_MESSAGE_BYTES, 1)
        if not message:
            return False
        job = json.loads(message)
        os.environ.update(job["variables"])
        os.chdir(job["folder"])
        # The log's descriptor shares the launcher's lock, so the lock stays if either process dies.
        for output in (1, 2):
            os.dup2(logs[0], output)
        os.close(logs[0])
        with suppress(OSError):
            channel.sendall(_TAKEN)
    return True
