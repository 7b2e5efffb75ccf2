"""JobLauncher on one machine: every job is a child process with its own session and its own folder.

`<jobs folder>/<operation id>-<job>-<random>/` holds `execution` (the execution's name), `runner.log` (the
runner's output), `ending` (since when leftover processes are being ended) and the runner's own files. The
folder is removed when the execution is over: a job's log and results are in blobs. `runner_logs.py` keeps the
end of `runner.log` for a while.
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

from functions.adapters.launchers.process_table import (
    Execution,
    boot_id,
    execution_name,
    parse_execution,
    session_members,
    start_time,
)
from functions.adapters.launchers.runner_logs import RunnerLogs
from functions.adapters.launchers.spare_runner import SpareRunner
from functions.domain.environment_names import WORK_DIR
from functions.domain.errors import LaunchRefused
from functions.domain.jobs.job_environment import job_environment
from functions.ports import JobStart

_LOG = "runner.log"
_EXECUTION = "execution"
_ENDING = "ending"
# Time for the processes that a dead runner left running to save their state, before they are killed.
_GRACE_SECONDS = 10
# Age after which a folder that names no execution counts as left by an interrupted start.
_START_TIMEOUT_SECONDS = 60
# Time within which killed processes must have ended.
_KILL_TIMEOUT_SECONDS = 5
_TRANSIENT = {errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.ENOSPC, errno.EDQUOT}
_RUNNER = (sys.executable, "-m", "runner")


class ProcessLauncher:
    """Starts `command` with `environ` and the job's variables only.

    If a `spare` is ready, it takes the next job. Any number of hosts may share a jobs folder.
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
        """Start a process and return the name of its execution. Raises LaunchRefused."""
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
        """Return True once the process and its whole session have ended.

        The first call after the runner's death interrupts the processes that it left running; a call more
        than ten seconds later kills them.
        """
        over = self._is_over(execution, _parse(execution))
        if over:
            self._reap(execution)
        return over

    def stop(self, execution: str) -> None:
        """Kill the process and its whole session, and remove its folder."""
        parsed = _parse(execution)
        deadline = time.monotonic() + _KILL_TIMEOUT_SECONDS
        while not self.is_over(execution):
            if time.monotonic() > deadline:
                raise LaunchRefused(f"stopping execution '{execution}': it does not end", transient=True)
            # Repeat, because a process may fork while the others are being listed.
            _signal(session_members(parsed.pid), signal.SIGKILL)
            time.sleep(0.01)
        folder = self._folder_of(execution)
        if folder is not None:
            self._remove(folder, execution)

    def sweep(self) -> None:
        """Remove the folders of executions that are over, and end the processes of dead runners."""
        for folder in self._folders():
            execution = _read_execution(folder)
            if execution is None:
                if self._is_leftover(folder):
                    shutil.rmtree(folder, ignore_errors=True)
            elif self.is_over(execution):
                self._remove(folder, execution)
        self._logs.sweep()

    def log_end(self, execution: str) -> str:
        """Return the last lines of the process's output."""
        _parse(execution)
        folder = self._folder_of(execution)
        return (self._logs.end_of(folder / _LOG) if folder else "") or self._logs.kept(execution)

    def _spawn(self, job: JobStart, folder: Path) -> subprocess.Popen[bytes]:
        variables = _job_environment(job, folder / "work")
        with (folder / _LOG).open("wb") as log:
            # The child inherits the lock with the file. A locked log therefore means that the folder's
            # runner is alive, even if this host died before it wrote the `execution` file.
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
        started = start_time(parsed.pid)
        if started is not None:
            # The system does not reuse a process id while a session with that number has members.
            return started != parsed.started
        leftovers = session_members(parsed.pid)
        if leftovers:
            self._end_leftovers(execution, leftovers)
        return not leftovers

    def _reap(self, execution: str) -> None:
        """Wait for the child, so that it is no zombie. Its last threads may take a moment to end."""
        child = self._children.pop(execution, None)
        if child is not None:
            with suppress(subprocess.TimeoutExpired):
                child.wait(_KILL_TIMEOUT_SECONDS)

    def _end_leftovers(self, execution: str, leftovers: Sequence[int]) -> None:
        ending = self._ending_file(execution)
        if ending is None:
            _signal(leftovers, signal.SIGKILL)
            return
        try:
            since = float(ending.read_text(encoding="ascii"))
        except (OSError, ValueError):
            with suppress(OSError):
                # All processes of one boot share the monotonic clock, and none of them outlives the boot.
                ending.write_text(str(time.monotonic()), encoding="ascii")
            _signal(leftovers, signal.SIGINT)
            return
        if time.monotonic() - since > _GRACE_SECONDS:
            _signal(leftovers, signal.SIGKILL)

    def _ending_file(self, execution: str) -> Path | None:
        folder = self._folder_of(execution)
        return folder / _ENDING if folder else None

    def _folder_of(self, execution: str) -> Path | None:
        return next((folder for folder in self._folders() if _read_execution(folder) == execution), None)

    def _remove(self, folder: Path, execution: str) -> None:
        self._logs.keep(execution, folder / _LOG)
        shutil.rmtree(folder, ignore_errors=True)

    def _folders(self) -> list[Path]:
        with suppress(FileNotFoundError):
            return [path for path in self._jobs_dir.iterdir() if path.is_dir()]
        return []

    def _is_leftover(self, folder: Path) -> bool:
        """Return True if an interrupted start left this folder, which names no execution."""
        try:
            if time.time() - folder.stat().st_mtime < _START_TIMEOUT_SECONDS:
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


def _read_execution(folder: Path) -> str | None:
    """Return the execution that the folder's `execution` file names, or None if it names none."""
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
