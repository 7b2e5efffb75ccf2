"""Runs a command; no other module starts a subprocess.

A command is an argument list, never a shell line. It runs in its own process group, and its environment is
exactly the one passed. Its output is passed on as it comes. To be stopped, it gets SIGINT and time to end by
itself; then the whole group gets SIGKILL. No process of the group outlives the call.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from runner.process.stop import Stop, StopReason

_POLL_SECONDS = 0.1
_CHUNK_BYTES = 64 * 1024
# A process that left the group may hold the pipes open. The command's own output is read within this time.
_DRAIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds that a command may run, and seconds that it has to end by itself after a SIGINT."""

    command_seconds: float
    grace_seconds: float


@dataclass(frozen=True, slots=True)
class CommandResult:
    """The end of a command. A negative return code is the number of the signal that ended it."""

    returncode: int
    stopped: StopReason | None = None

    @property
    def by_signal(self) -> bool:
        """Return True if a signal ended the command, so that its work is unfinished."""
        return self.returncode < 0

    def __str__(self) -> str:
        if self.by_signal:
            return f"was ended by signal {-self.returncode}"
        return f"ended with exit code {self.returncode}"


def run(
    arguments: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    stop: Stop,
    limits: Limits,
    on_output: Callable[[bytes], None],
    on_error: Callable[[bytes], None],
    on_stop: Callable[[], None] = lambda: None,
) -> CommandResult:
    """Run a command to its end; pass its stdout to `on_output` and its stderr to `on_error`.

    `on_stop` is called right before a SIGINT. Raises OSError if the command cannot be started.
    """
    child = subprocess.Popen(
        arguments,
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        process_group=0,
    )
    try:
        return _Watch(child, stop, limits, on_stop).until_ended(on_output, on_error)
    finally:
        _end(child, limits.grace_seconds)


class _Watch:
    """Reads a command's output, and meanwhile checks the stop flag and the time limit."""

    def __init__(
        self, child: subprocess.Popen[bytes], stop: Stop, limits: Limits, on_stop: Callable[[], None]
    ) -> None:
        self._child = child
        self._on_stop = on_stop
        self._stop = stop
        self._grace = limits.grace_seconds
        self._deadline = time.monotonic() + limits.command_seconds
        self._kill_at: float | None = None
        self._stopped: StopReason | None = None

    def until_ended(
        self, on_output: Callable[[bytes], None], on_error: Callable[[bytes], None]
    ) -> CommandResult:
        with selectors.DefaultSelector() as selector:
            for pipe, callback in ((self._child.stdout, on_output), (self._child.stderr, on_error)):
                if pipe is not None:
                    selector.register(pipe, selectors.EVENT_READ, callback)
            self._read_all(selector)
        while self._child.poll() is None:
            self._check_limits()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(_POLL_SECONDS)
        return CommandResult(self._child.returncode, self._stopped)

    def _read_all(self, selector: selectors.BaseSelector) -> None:
        drain_until: float | None = None
        while selector.get_map():
            ready = selector.select(_POLL_SECONDS)
            for key, _ in ready:
                if chunk := os.read(key.fd, _CHUNK_BYTES):
                    key.data(chunk)
                else:
                    selector.unregister(key.fileobj)
            if drain_until is not None and (not ready or time.monotonic() > drain_until):
                return
            if drain_until is None and self._child.poll() is not None:
                _kill_group(self._child.pid)
                drain_until = time.monotonic() + _DRAIN_SECONDS
            self._check_limits()

    def _check_limits(self) -> None:
        moment = time.monotonic()
        if self._kill_at is not None:
            if moment >= self._kill_at:
                _kill_group(self._child.pid)
            return
        self._stopped = self._stop.reason
        if self._stopped is None and moment >= self._deadline:
            self._stopped = StopReason.COMMAND_TIME_LIMIT
        if self._stopped is not None and self._child.poll() is None:
            self._on_stop()
            self._child.send_signal(signal.SIGINT)
            self._kill_at = moment + self._grace


def _end(child: subprocess.Popen[bytes], grace_seconds: float) -> None:
    """End every process of the group, also after an exception."""
    if child.poll() is None:
        child.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(grace_seconds)
    _kill_group(child.pid)
    child.wait()
    for pipe in (child.stdout, child.stderr):
        if pipe is not None:
            pipe.close()


def _kill_group(group: int) -> None:
    # PermissionError: macOS raises it for a group of zombies.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
