"""Processes by id and start time, and the record of those that `./dev up` started.

A process id alone may belong to somebody else by the time it is used; an id with its start time never does.
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

from local.files import read_json, write_whole

# The child waits for a line before it becomes the program. So it is on record before it does anything; if the
# parent dies before that, the child reads the end of its input and leaves.
_GATE = 'read -r go && exec "$@" </dev/null'


@dataclass(frozen=True)
class Process:
    """A process and, as the system writes it, when it started."""

    name: str
    pid: int
    started: str

    @property
    def alive(self) -> bool:
        """Whether this very process runs; one that has ended and was not waited for does not."""
        found = look_up(self.pid)
        return found is not None and found.started == self.started and not found.ended


@dataclass(frozen=True)
class Found:
    """What the system says of a process id."""

    parent: int
    session: int
    started: str
    ended: bool


def look_up(pid: int) -> Found | None:
    """Look a process id up; None if nothing has it."""
    if not Path("/proc/self/stat").exists():
        return _look_up_by_ps(pid)
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # proc(5): state, ppid, session and starttime are fields 3, 4, 6 and 22; a name may hold spaces
    fields = stat.rpartition(")")[2].split()
    return Found(int(fields[1]), int(fields[3]), started=fields[19], ended=fields[0] in "ZX")


def _look_up_by_ps(pid: int) -> Found | None:
    # macOS, whose `sess` is no process id; the group of a session's leader is the session's id
    command = ["ps", "-o", "state=,ppid=,pgid=,lstart=", "-p", str(pid)]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split(maxsplit=3)
    if len(listed) < 4:
        return None
    return Found(int(listed[1]), int(listed[2]), started=listed[3].strip(), ended=listed[0].startswith("Z"))


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
        found = look_up(child.pid)
        process = Process(name, child.pid, found.started if found else "")
        self._write([*(other for other in self.read() if other.name != name), process])
        if child.stdin is not None:
            with child.stdin as gate:
                gate.write(b"go\n")
        return child

    def stop(self, name: str) -> bool:
        """End a recorded process and strike it off. True if it was still running."""
        recorded = self.read()
        running = [process for process in recorded if process.name == name and process.alive]
        for process in running:
            end(process)
        self._write([process for process in recorded if process.name != name])
        return bool(running)

    def _write(self, processes: list[Process]) -> None:
        document = {"processes": [asdict(process) for process in processes]}
        write_whole(self._path, json.dumps(document, indent=2) + "\n")


def end(process: Process, *, seconds: float = 10, descendants: bool = False) -> None:
    """Ask a process to end; after `seconds`, what is left of its session is ended by force.

    With `descendants` so is every process below it, whatever its session.
    """
    family = _family(process, descendants=descendants)
    if process.alive:
        _signal(process, signal.SIGTERM)
    wait_until_gone([process], seconds)
    kill([process, *family, *_family(process, descendants=descendants)])


def kill(processes: Sequence[Process]) -> None:
    """End processes by force."""
    for process in processes:
        if process.alive:
            _signal(process, signal.SIGKILL)
    wait_until_gone(processes, seconds=5)


def wait_until_gone(processes: Sequence[Process], seconds: float) -> bool:
    """Wait until none of the processes runs; False if one still does after `seconds`."""
    deadline = time.monotonic() + seconds
    while any(process.alive for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _family(leader: Process, *, descendants: bool) -> list[Process]:
    """Return the members of a leader's session, and if wanted its descendants, without the leader.

    By /proc, so on Linux only: elsewhere a program has to end its own children.
    """
    table = {pid: found for pid in _all_pids() if (found := look_up(pid))}
    if leader.pid in table and table[leader.pid].started != leader.started:
        return []
    members = {leader.pid}
    while True:
        more = {pid for pid, found in table.items() if found.session in members} - members
        if descendants:
            more |= {pid for pid, found in table.items() if found.parent in members} - members
        if not more:
            break
        members |= more
    return [Process(leader.name, pid, table[pid].started) for pid in members - {leader.pid}]


def _all_pids() -> list[int]:
    with contextlib.suppress(FileNotFoundError):
        return [int(entry.name) for entry in os.scandir("/proc") if entry.name.isdigit()]
    return []


def _signal(process: Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, number)
