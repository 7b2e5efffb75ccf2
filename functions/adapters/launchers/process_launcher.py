"""JobLauncher on one machine: every job is a child process in a session of its own, with a folder of its own.

`<jobs folder>/<operation id>-<job>-<random>/` holds `execution` (the name), `runner.log` (what the runner
printed), `ending` (since when leftovers are being ended) and what the runner keeps there. The folder goes
when the execution is over: a job's log and results are blobs. The end of `runner.log` is kept for a while
(`runner_logs.py`).
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from functions.adapters.launchers.processes import (
    Execution,
    boot_id,
    execution_name,
    parse_execution,
    session_members,
    start_time,
)
from functions.adapters.launchers.runner_logs import RunnerLogs
from functions.adapters.launchers.spare_runner import SpareRunner
from functions.domain.errors import LaunchRefused
from functions.domain.jobs.job_environment import WORK_DIR, job_environment
from functions.ports import JobStart

_LOG = "runner.log"
_EXECUTION = "execution"
_ENDING = "ending"
# Seconds that what a dead runner left running has to save its state in, before it is killed.
_GRACE = 10
# Seconds after which a folder that names no execution is taken for one whose start was cut short.
_YOUNG = 60
# Seconds within which killed processes are gone.
_KILLED_WITHIN = 5
_TRANSIENT = {errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.ENOSPC, errno.EDQUOT}
_RUNNER = (sys.executable, "-m", "runner")


class ProcessLauncher:
    """Starts `command` with `environ` and the job's own variables, and nothing else of the environment.

    A `spare` takes the next job where it is ready. Any number of hosts may share a jobs folder.
    """

    def __init__(
        self,
        jobs_dir: Path,
        environ: Mapping[str, str],
        command: Sequence[str] = _RUNNER,
        spare: SpareRunner | None = None,
    ) -> None:
        self._jobs_dir = jobs_dir.absolute()
        self._environ = dict(environ)
        self._command = list(command)
        self._logs = RunnerLogs(self._jobs_dir, self._environ)
        self._spare = spare
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, job: JobStart) -> str:
        """Start a process; it is on its way when this returns. Raises LaunchRefused."""
        folder = self._jobs_dir / f"{job.operation_id}-{job.job}-{secrets.token_hex(3)}"
        child = None
        try:
            folder.mkdir(mode=0o700, parents=True)
            child = self._spawn(job, folder)
            execution = execution_name(child.pid)
            (folder / _EXECUTION).write_text(execution, encoding="ascii")
        except OSError as exc:
            if child is not None:
                child.kill()
                child.wait()
            shutil.rmtree(folder, ignore_errors=True)
            doing = f"starting job {job.job} of operation '{job.operation_id}'"
            raise LaunchRefused(f"{doing}: {exc}", transient=exc.errno in _TRANSIENT) from exc
        self._children[execution] = child
        if self._spare:
            self._spare.prepare(self._jobs_dir)
        return execution

    def is_over(self, execution: str) -> bool:
        """True once the process and everything in its session has ended.

        What a dead runner left running is interrupted at the first look and killed at one ten seconds later.
        """
        over = self._is_over(execution, _parse(execution))
        if over:
            self._reap(execution)
        return over

    def stop(self, execution: str) -> None:
        """Kill the process and its whole session, and remove its folder."""
        parsed = _parse(execution)
        deadline = time.monotonic() + _KILLED_WITHIN
        while not self.is_over(execution):
            if time.monotonic() > deadline:
                raise LaunchRefused(f"stopping execution '{execution}': it does not end", transient=True)
            # again and again: a process may have been forked while the others were being listed
            _signal(session_members(parsed.pid), signal.SIGKILL)
            time.sleep(0.01)
        folder = self._folder_of(execution)
        if folder is not None:
            self._remove(folder, execution)

    def sweep(self) -> None:
        """Remove the folders of executions that are over, and end what dead runners left running."""
        for folder in self._folders():
            execution = _named_in(folder)
            if execution is None:
                if self._is_leftover(folder):
                    shutil.rmtree(folder, ignore_errors=True)
            elif self.is_over(execution):
                self._remove(folder, execution)
        self._logs.sweep()

    def log_end(self, execution: str) -> str:
        """Return the last lines that the process printed."""
        _parse(execution)
        folder = self._folder_of(execution)
        return (self._logs.end_of(folder / _LOG) if folder else "") or self._logs.kept(execution)

    def _spawn(self, job: JobStart, folder: Path) -> subprocess.Popen[bytes]:
        variables = _job_environment(job, folder / "work")
        with (folder / _LOG).open("wb") as log:
            # The child inherits the lock with the file: a folder whose log is locked has a living runner,
            # even if this host dies before it has written the execution down.
            fcntl.flock(log, fcntl.LOCK_EX)
            if self._spare and (child := self._spare.hand_over(variables, folder, log.fileno())):
                return child
            return subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env={**self._environ, **variables},
                start_new_session=True,
            )

    def _is_over(self, execution: str, parsed: Execution) -> bool:
        if parsed.boot != boot_id():
            return True
        now = start_time(parsed.pid)
        if now is not None:
            # a process id is not given away while a session by its number has members
            return now != parsed.started
        left = session_members(parsed.pid)
        if left:
            self._end_leftovers(execution, left)
        return not left

    def _reap(self, execution: str) -> None:
        """It is not asked for again. One whose threads are still going down cannot be waited for at once."""
        child = self._children.pop(execution, None)
        if child is not None:
            with suppress(subprocess.TimeoutExpired):
                child.wait(_KILLED_WITHIN)

    def _end_leftovers(self, execution: str, left: Sequence[int]) -> None:
        note = self._note_of_ending(execution)
        if note is None:
            _signal(left, signal.SIGKILL)
            return
        try:
            since = float(note.read_text(encoding="ascii"))
        except (OSError, ValueError):
            with suppress(OSError):
                # monotonic: one clock for all processes of one boot, and no boot outlives its processes
                note.write_text(str(time.monotonic()), encoding="ascii")
            _signal(left, signal.SIGINT)
            return
        if time.monotonic() - since > _GRACE:
            _signal(left, signal.SIGKILL)

    def _note_of_ending(self, execution: str) -> Path | None:
        folder = self._folder_of(execution)
        return folder / _ENDING if folder else None

    def _folder_of(self, execution: str) -> Path | None:
        return next((folder for folder in self._folders() if _named_in(folder) == execution), None)

    def _remove(self, folder: Path, execution: str) -> None:
        self._logs.keep(execution, folder / _LOG)
        shutil.rmtree(folder, ignore_errors=True)

    def _folders(self) -> list[Path]:
        with suppress(FileNotFoundError):
            return [path for path in self._jobs_dir.iterdir() if path.is_dir()]
        return []

    def _is_leftover(self, folder: Path) -> bool:
        """Whether a folder that names no execution was left by a start that was cut short."""
        try:
            if time.time() - folder.stat().st_mtime < _YOUNG:
                return False
            with (folder / _LOG).open("rb") as log:
                fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except FileNotFoundError:
            return True
        return True


def _job_environment(job: JobStart, work_dir: Path) -> dict[str, str]:
    variables = job_environment(
        deployment_id=job.deployment_id,
        operation_id=job.operation_id,
        job=job.job,
        correlation_id=job.correlation_id,
    )
    return {**variables, WORK_DIR: str(work_dir)}


def _parse(execution: str) -> Execution:
    try:
        return parse_execution(execution)
    except ValueError as exc:
        raise LaunchRefused(str(exc), transient=False) from exc


def _named_in(folder: Path) -> str | None:
    """The execution that a folder names, or None while (or because) it names none."""
    try:
        execution = (folder / _EXECUTION).read_text(encoding="ascii", errors="replace")
        parse_execution(execution)
    except (OSError, ValueError):
        return None
    return execution


def _signal(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
