"""Allows one stack per data folder, and records its process and its address."""

from __future__ import annotations

import contextlib
import fcntl
import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from local.errors import LocalError
from local.files import try_lock


@dataclass(frozen=True)
class Holder:
    """The process that runs a data folder's stack; `url` is None while it starts."""

    pid: int
    url: str | None


class Ownership:
    """Locks a data folder while the process lives. The kernel releases the lock, even after kill -9."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Lock the folder. Raises LocalError, which names the holder, if another process has locked it."""
        self._data_dir.mkdir(parents=True, exist_ok=True)
        file = try_lock(_path(self._data_dir))
        if file is None:
            raise LocalError(_refusal(self._data_dir))
        self._file = file
        self.announce(None)

    def announce(self, url: str | None) -> None:
        """Record the stack's address."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.write(f"{os.getpid()} {url or ''}\n")
            self._file.flush()

    def release(self) -> None:
        """Unlock the folder."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None


def holder(data_dir: Path) -> Holder | None:
    """Return the process that runs the stack of a data folder, or None."""
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
    current = holder(data_dir)
    if current is None:
        return f"another Slipway used '{data_dir}' a moment ago, try again"
    where = f"at {current.url}" if current.url else "and is starting"
    return f"Slipway already runs here (process {current.pid}, {where}): stop that one first, or use it"
