"""One stack per data folder: who holds it, and where it answers."""

from __future__ import annotations

import contextlib
import fcntl
import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from local.errors import LocalError


@dataclass(frozen=True)
class Holder:
    """The process that runs a data folder's stack; `url` is None while it starts."""

    pid: int
    url: str | None


class Ownership:
    """Holds a data folder while the process lives: the kernel lets go of the lock, even after kill -9."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Take the folder. Raises LocalError, naming the holder, where another process has it."""
        self._data_dir.mkdir(parents=True, exist_ok=True)
        file = _path(self._data_dir).open("a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise LocalError(_refusal(self._data_dir)) from None
        self._file = file
        self.announce(None)

    def announce(self, url: str | None) -> None:
        """Say where the stack answers."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.write(f"{os.getpid()} {url or ''}\n")
            self._file.flush()

    def release(self) -> None:
        """Let go of the folder."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None


def holder(data_dir: Path) -> Holder | None:
    """Return who runs the stack of a data folder, None if nobody does."""
    with contextlib.suppress(FileNotFoundError), _path(data_dir).open(encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            pid, _, url = file.read().strip().partition(" ")
            return Holder(int(pid) if pid.isdigit() else 0, url or None)
    return None


def _path(data_dir: Path) -> Path:
    return data_dir / "stack.lock"


def _refusal(data_dir: Path) -> str:
    now = holder(data_dir)
    if now is None:
        return f"another Slipway used '{data_dir}' a moment ago, try again"
    where = f"at {now.url}" if now.url else "and is starting"
    return f"Slipway already runs here (process {now.pid}, {where}): stop that one first, or use it"
