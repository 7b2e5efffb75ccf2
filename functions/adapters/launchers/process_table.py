"""Identifies processes by id and start time, which together are unique on one machine.

The launcher uses this to check executions, the runner to name itself in its claim. On Linux it reads /proc,
on macOS it calls `ps`.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# The states of a process that has ended and was not yet waited for.
_ENDED = {"Z", "X"}
_NAME = re.compile(r"pid-([1-9][0-9]{0,9})-([0-9a-f]{1,32})(?:-([0-9a-f]{8}))?")


@dataclass(frozen=True, slots=True)
class Execution:
    """The parts of an execution's name. `started` is in the system's own form; `boot` may be empty."""

    pid: int
    started: str
    boot: str


def execution_name(pid: int) -> str:
    """Return `pid-<pid>-<start time>-<boot>`. Raises ProcessLookupError if the process does not exist."""
    status = _read_status(pid)
    if status is None:
        raise ProcessLookupError(f"naming process {pid}: there is none")
    return "-".join(["pid", str(pid), status[1], *filter(None, [boot_id()])])


def parse_execution(name: str) -> Execution:
    """Return the parts of a name that `execution_name` made. Raises ValueError for any other text."""
    match = _NAME.fullmatch(name)
    if match is None:
        raise ValueError(f"reading execution '{name}': it is not the name of a process")
    return Execution(int(match[1]), match[2], match[3] or "")


def start_time(pid: int) -> str | None:
    """Return when a process started, or None if it does not exist or has ended and was not yet waited for."""
    status = _read_status(pid)
    return status[1] if status and status[0] not in _ENDED else None


def session_members(session: int) -> list[int]:
    """Return the ids of the living processes of a session."""
    return [pid for pid in _all_pids() if _session_of(pid) == session and start_time(pid) is not None]


@cache
def boot_id() -> str:
    """Return the first eight hex digits of this machine's boot id, or an empty text if it has none."""
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")[:8]
    return ""


@cache
def _has_proc() -> bool:
    return Path("/proc/self/stat").exists()


def _all_pids() -> list[int]:
    if _has_proc():
        return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    listed = subprocess.run(["ps", "-A", "-o", "pid="], capture_output=True, text=True, check=False)
    return [int(pid) for pid in listed.stdout.split()]


def _session_of(pid: int) -> int | None:
    with suppress(ProcessLookupError, PermissionError):
        return os.getsid(pid)
    return None


def _read_status(pid: int) -> tuple[str, str] | None:
    """Return the letter of a process's state, and its start time."""
    if not _has_proc():
        return _read_status_by_ps(pid)
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # proc(5): the name in brackets may contain anything; state is field 3, starttime (in ticks) field 22.
    fields = stat.rpartition(")")[2].split()
    return fields[0], fields[19]


def _read_status_by_ps(pid: int) -> tuple[str, str] | None:
    listed = subprocess.run(
        ["ps", "-o", "state=,lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    )
    state, _, started = listed.stdout.strip().partition(" ")
    return (state[0], hashlib.sha256(started.strip().encode()).hexdigest()[:16]) if started else None
