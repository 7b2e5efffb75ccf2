"""Processes by id and start time, which together never name two processes of one machine.

Used by the launcher, which looks at executions, and by the runner, which names itself in its claim. Linux
reads /proc; macOS asks `ps`.
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

# the states of a process that has ended and was not yet waited for
_ENDED = {"Z", "X"}
_NAME = re.compile(r"pid-([1-9][0-9]{0,9})-([0-9a-f]{1,32})(?:-([0-9a-f]{8}))?")


@dataclass(frozen=True, slots=True)
class Execution:
    """An execution's name taken apart; `started` is in the system's own form, `boot` may be empty."""

    pid: int
    started: str
    boot: str


def execution_name(pid: int) -> str:
    """`pid-<pid>-<start time>-<boot>`; raises ProcessLookupError where there is no such process."""
    looked = _look(pid)
    if looked is None:
        raise ProcessLookupError(f"naming process {pid}: there is none")
    return "-".join(["pid", str(pid), looked[1], *filter(None, [boot_id()])])


def parse_execution(name: str) -> Execution:
    """The inverse of `execution_name`; raises ValueError for any other text."""
    match = _NAME.fullmatch(name)
    if match is None:
        raise ValueError(f"reading execution '{name}': it is not the name of a process")
    return Execution(int(match[1]), match[2], match[3] or "")


def start_time(pid: int) -> str | None:
    """When a process started; None where there is none, or it has ended and was not yet waited for."""
    looked = _look(pid)
    return looked[1] if looked and looked[0] not in _ENDED else None


def session_members(session: int) -> list[int]:
    """The ids of the living processes of a session."""
    return [pid for pid in _all_pids() if _session_of(pid) == session and start_time(pid) is not None]


@cache
def boot_id() -> str:
    """The first eight hex digits of the id of this boot of the machine; empty where it has none."""
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


def _look(pid: int) -> tuple[str, str] | None:
    """The state's letter and the start time of a process."""
    if not _has_proc():
        return _look_by_ps(pid)
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # proc(5): the name in brackets may hold anything; state is field 3, starttime (in ticks) field 22
    fields = stat.rpartition(")")[2].split()
    return fields[0], fields[19]


def _look_by_ps(pid: int) -> tuple[str, str] | None:
    listed = subprocess.run(
        ["ps", "-o", "state=,lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    )
    state, _, started = listed.stdout.strip().partition(" ")
    return (state[0], hashlib.sha256(started.strip().encode()).hexdigest()[:16]) if started else None
