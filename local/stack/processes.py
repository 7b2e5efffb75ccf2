"""Identifies processes by id and start time, and records those that `./dev up` started.

The system may reuse a process id, but never an id together with its start time.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from functions.adapters.launchers.process_table import (
    boot_id,
    execution_name,
    parse_execution,
    session_members,
    start_time,
)
from local.files import read_json, write_whole

# The child waits for a line before it becomes the program, so it is recorded before it does anything. If the
# parent dies before that, the child reads the end of its input and exits.
_GATE = 'read -r go && exec "$@" </dev/null'

# Azurite writes its data to disk, and the host waits 5 s for running requests.
_STOP_TIMEOUT_SECONDS = 10


@dataclass(frozen=True)
class Process:
    """A process that was started in its own session. Its `execution` is never reused."""

    name: str
    execution: str

    @property
    def pid(self) -> int:
        """Return the process id, which is also the id of the session."""
        return parse_execution(self.execution).pid

    @property
    def alive(self) -> bool:
        """Return True if this process runs. A zombie does not."""
        recorded = parse_execution(self.execution)
        return recorded.boot == boot_id() and start_time(recorded.pid) == recorded.started

    def family(self) -> list[Process]:
        """Return the running processes of the session."""
        recorded = parse_execution(self.execution)
        # The system does not reuse a process id while a session with that id has members.
        if recorded.boot != boot_id() or start_time(recorded.pid) not in (recorded.started, None):
            return []
        running = []
        for pid in session_members(recorded.pid):
            with contextlib.suppress(ProcessLookupError):
                running.append(Process(self.name, execution_name(pid)))
        return running


class Processes:
    """The processes of one data folder, recorded in its `processes.json`."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "processes.json"

    def read(self) -> list[Process]:
        """Return the recorded processes, in the order they were started."""
        records = read_json(self._path).get("processes")
        return [Process(**record) for record in records] if isinstance(records, list) else []

    def start(
        self, name: str, command: Sequence[str], *, log: Path, environment: Mapping[str, str], folder: Path
    ) -> subprocess.Popen[bytes]:
        """Start a program in its own session and record it. Its output is appended to the file `log`."""
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            child = subprocess.Popen(
                ["/bin/sh", "-c", _GATE, name, *command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                cwd=folder,
                start_new_session=True,
            )
        process = Process(name, execution_name(child.pid))
        self._write([*(other for other in self.read() if other.name != name), process])
        if child.stdin is not None:
            with child.stdin as gate:
                gate.write(b"go\n")
        return child

    def stop(self, name: str) -> bool:
        """End a recorded process and remove it from the record. Return True if it was running."""
        recorded = self.read()
        if not recorded:
            return False
        running = [process for process in recorded if process.name == name and process.family()]
        end(running, seconds=_STOP_TIMEOUT_SECONDS)
        self._write([process for process in recorded if process.name != name])
        return bool(running)

    def _write(self, processes: list[Process]) -> None:
        document = {"processes": [asdict(process) for process in processes]}
        write_whole(self._path, json.dumps(document, indent=2) + "\n")


def end(processes: Sequence[Process], *, seconds: float) -> None:
    """Ask processes to end. Kill the rest of their sessions when all have ended, or after `seconds`."""
    for process in processes:
        if process.alive:
            _signal(process, signal.SIGTERM)
    _wait_until_gone(processes, seconds)
    kill(processes)


def kill(processes: Sequence[Process]) -> None:
    """Kill processes and their sessions."""
    family = [member for process in processes for member in process.family()]
    for member in family:
        _signal(member, signal.SIGKILL)
    _wait_until_gone(family, seconds=5)


def _wait_until_gone(processes: Sequence[Process], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while any(process.alive for process in processes) and time.monotonic() < deadline:
        time.sleep(0.02)


def _signal(process: Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, number)
