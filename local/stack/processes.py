"""Identifies processes by id and start time, and records those that `./dev up` started.

A process id alone may belong to another process by the time it is used; an id with its start time never does.
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

# The child waits for a line before it becomes the program. So it is on record before it does anything; if the
# parent dies before that, the child reads the end of its input and leaves.
_GATE = 'read -r go && exec "$@" </dev/null'

# Azurite writes its data to disk as it ends, the host lets requests end (5 s)
_SECONDS = 10


@dataclass(frozen=True)
class Process:
    """A process that was started in a session of its own; `execution` names it for good."""

    name: str
    execution: str

    @property
    def pid(self) -> int:
        """Return the process id, which is the session's too."""
        return parse_execution(self.execution).pid

    @property
    def alive(self) -> bool:
        """Return True if this very process runs. A process that has ended and was not waited for does not."""
        named = parse_execution(self.execution)
        return named.boot == boot_id() and start_time(named.pid) == named.started

    def family(self) -> list[Process]:
        """Return the process itself and the rest of its session, as far as they run."""
        named = parse_execution(self.execution)
        # a process id is not given away while a session by its number has members
        if named.boot != boot_id() or start_time(named.pid) not in (named.started, None):
            return []
        running = []
        for pid in session_members(named.pid):
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
        """Start a program in a session of its own, its output added to the file `log`, and record it."""
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
        """End a recorded process and strike it off. True if it was still running."""
        recorded = self.read()
        if not recorded:
            return False
        running = [process for process in recorded if process.name == name and process.family()]
        end(running, seconds=_SECONDS)
        self._write([process for process in recorded if process.name != name])
        return bool(running)

    def _write(self, processes: list[Process]) -> None:
        document = {"processes": [asdict(process) for process in processes]}
        write_whole(self._path, json.dumps(document, indent=2) + "\n")


def end(processes: Sequence[Process], *, seconds: float) -> None:
    """Ask processes to end; what is left of their sessions when all have, or after `seconds`, is killed."""
    for process in processes:
        if process.alive:
            _signal(process, signal.SIGTERM)
    _wait_until_gone(processes, seconds)
    kill(processes)


def kill(processes: Sequence[Process]) -> None:
    """End processes and their sessions by force."""
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
