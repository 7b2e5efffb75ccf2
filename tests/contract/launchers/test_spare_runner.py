"""The runner that waits for a job: who gets it, and what is left when a part of it dies."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from functions.adapters.launchers.process_launcher import ProcessLauncher
from functions.adapters.launchers.process_table import parse_execution, session_members, start_time
from functions.adapters.launchers.spare_runner import SpareRunner
from local.paths import ROOT
from tests.builders import a_job_start
from tests.contract.launchers.spare_programs import DIES, IMPORTS, USES_A_LAUNCHER, WAITS
from tests.eventually import eventually


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "jobs"
    folder.mkdir()
    yield folder
    stop_all(ProcessLauncher(folder, {}), folder)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Return the environment of spares and runners. The folder SPARES has a file for each started spare."""
    (tmp_path / "spares").mkdir()
    return {"PYTHONPATH": f"{ROOT}:{ROOT / 'runner_image'}", "SPARES": str(tmp_path / "spares")}


@pytest.fixture
def launcher_of(jobs: Path, environ: dict[str, str]) -> Iterator[Callable[..., ProcessLauncher]]:
    """Return a function that creates a launcher: runners end at once, spares run the given code."""
    with ExitStack() as ends:

        def make(*code: str) -> ProcessLauncher:
            spare = SpareRunner(environ, [sys.executable, "-c", *code])
            launcher = ProcessLauncher(jobs, environ, [sys.executable, "-c", "pass"], spare)
            ends.callback(spare.close)
            ends.callback(stop_all, launcher, jobs)
            return launcher

        yield make


def stop_all(launcher: ProcessLauncher, jobs: Path) -> None:
    for name in list(jobs.glob("*/execution")):
        launcher.stop(name.read_text())


def started_spares(environ: dict[str, str]) -> list[int]:
    return [int(note.name) for note in Path(environ["SPARES"]).iterdir()]


def first_spare(launcher: ProcessLauncher, environ: dict[str, str]) -> int:
    """Start a first job, which no spare can take, and return the process id of the new spare."""
    execution = launcher.start(a_job_start())
    eventually(lambda: launcher.is_over(execution))
    eventually(lambda: started_spares(environ))
    (pid,) = started_spares(environ)
    return pid


def taken_by(launcher: ProcessLauncher, spare: int) -> str:
    """Start jobs until the spare is ready and takes one. Return that execution."""
    deadline = time.monotonic() + 30
    while parse_execution(execution := launcher.start(a_job_start(job=3))).pid != spare:
        assert time.monotonic() < deadline, "the spare took no job"
        eventually(lambda: launcher.is_over(execution))
    return execution


def folder_of(jobs: Path, execution: str) -> Path:
    (folder,) = [name.parent for name in jobs.glob("*/execution") if name.read_text() == execution]
    return folder


def test_no_spare_is_started_before_the_first_job(
    launcher_of: Callable[..., ProcessLauncher], environ: dict[str, str]
) -> None:
    launcher = launcher_of(WAITS)
    launcher.sweep()

    assert started_spares(environ) == []


def test_a_spare_becomes_the_runner_of_the_next_job_in_every_respect(
    launcher_of: Callable[..., ProcessLauncher], environ: dict[str, str], jobs: Path
) -> None:
    launcher = launcher_of(WAITS)

    execution = taken_by(launcher, first_spare(launcher, environ))

    folder = folder_of(jobs, execution)
    eventually(lambda: (folder / "runner.log").read_text() == "at work\n")
    seen = json.loads((folder / "seen").read_text())
    assert {name: value for name, value in seen.items() if name not in environ and name != "LC_CTYPE"} == {
        "SLIPWAY_DEPLOYMENT_ID": "deploy-0123456789ab",
        "SLIPWAY_OPERATION_ID": "op-0123456789ab-1",
        "SLIPWAY_JOB": "3",
        "SLIPWAY_CORRELATION_ID": "trace-1",
        "SLIPWAY_WORK_DIR": str(folder / "work"),
    }
    assert session_members(parse_execution(execution).pid) == [parse_execution(execution).pid]
    assert not launcher.is_over(execution)
    launcher.stop(execution)
    assert not folder.exists()


def test_a_spare_that_was_used_is_replaced(
    launcher_of: Callable[..., ProcessLauncher], environ: dict[str, str]
) -> None:
    launcher = launcher_of(WAITS)
    first = first_spare(launcher, environ)
    taken_by(launcher, first)
    eventually(lambda: len(started_spares(environ)) == 2)
    (second,) = set(started_spares(environ)) - {first}

    taken_by(launcher, second)


def test_a_job_that_a_spare_took_keeps_its_folder_though_its_host_died_before_it_wrote_down_the_name(
    launcher_of: Callable[..., ProcessLauncher], environ: dict[str, str], jobs: Path
) -> None:
    launcher = launcher_of(WAITS)
    execution = taken_by(launcher, first_spare(launcher, environ))
    folder = folder_of(jobs, execution)
    (folder / "execution").unlink()
    an_hour_ago = time.time() - 3600
    os.utime(folder, (an_hour_ago, an_hour_ago))

    ProcessLauncher(jobs, {}).sweep()

    with (folder / "runner.log").open() as log, pytest.raises(BlockingIOError):
        fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
    launcher.stop(execution)


def test_a_job_whose_spare_has_died_gets_a_runner_of_its_own(
    launcher_of: Callable[..., ProcessLauncher], environ: dict[str, str]
) -> None:
    launcher = launcher_of(DIES)
    spare = first_spare(launcher, environ)
    eventually(lambda: start_time(spare) is None)

    execution = launcher.start(a_job_start(job=2))

    assert parse_execution(execution).pid != spare
    eventually(lambda: launcher.is_over(execution))
    eventually(lambda: len(started_spares(environ)) == 2)


def test_a_killed_spare_is_replaced_by_the_next_start(
    launcher_of: Callable[..., ProcessLauncher], environ: dict[str, str]
) -> None:
    launcher = launcher_of(WAITS)
    spare = first_spare(launcher, environ)
    os.kill(spare, signal.SIGKILL)
    eventually(lambda: start_time(spare) is None)

    execution = launcher.start(a_job_start(job=2))

    eventually(lambda: launcher.is_over(execution))
    eventually(lambda: len(started_spares(environ)) == 2)
    (second,) = set(started_spares(environ)) - {spare}
    taken_by(launcher, second)


def test_a_spare_takes_a_job_that_comes_before_it_has_imported_its_code(
    launcher_of: Callable[..., ProcessLauncher], environ: dict[str, str], jobs: Path, tmp_path: Path
) -> None:
    (tmp_path / "importing").touch()
    launcher = launcher_of(IMPORTS)
    spare = first_spare(launcher, environ)

    execution = launcher.start(a_job_start(job=2))
    assert parse_execution(execution).pid == spare
    assert not launcher.is_over(execution)
    (tmp_path / "importing").unlink()

    log = folder_of(jobs, execution) / "runner.log"
    eventually(lambda: log.read_text() == "at work\n")


def test_a_job_that_was_sent_to_an_importing_spare_keeps_the_lock_of_its_log_though_its_host_dies(
    jobs: Path, environ: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "importing").touch()
    spare = SpareRunner(environ, [sys.executable, "-c", IMPORTS])
    folder = jobs / "a-job"
    folder.mkdir()
    spare.prepare(jobs)
    with (folder / "runner.log").open("wb") as log:
        fcntl.flock(log, fcntl.LOCK_EX)
        child = spare.hand_over({}, folder, log.fileno())
    assert child is not None

    with (folder / "runner.log").open() as log_of_another_host, pytest.raises(BlockingIOError):
        fcntl.flock(log_of_another_host, fcntl.LOCK_EX | fcntl.LOCK_NB)
    child.kill()
    child.wait()


def test_jobs_start_where_no_spare_can_be_started(jobs: Path) -> None:
    launcher = ProcessLauncher(
        jobs, {}, [sys.executable, "-c", "pass"], SpareRunner({}, ["/nonexistent/runner"])
    )

    execution = launcher.start(a_job_start())

    eventually(lambda: launcher.is_over(execution))


def test_a_launcher_that_is_killed_leaves_no_spare_behind(jobs: Path, environ: dict[str, str]) -> None:
    host = subprocess.Popen([sys.executable, "-c", USES_A_LAUNCHER, str(jobs), WAITS], env=environ)
    try:
        eventually(lambda: started_spares(environ))
        (spare,) = started_spares(environ)
        assert start_time(spare) is not None
    finally:
        host.kill()
        host.wait()

    eventually(lambda: start_time(spare) is None)


def test_the_real_spare_ends_with_its_launcher_also_before_it_has_imported_its_code(
    environ: dict[str, str],
) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        spare = subprocess.Popen([sys.executable, "-m", "runner.spare"], stdin=theirs.fileno(), env=environ)
    ours.close()

    assert spare.wait(30) == 0
