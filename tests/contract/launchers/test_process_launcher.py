"""What the process launcher does beyond its contract: sessions, leftovers, folders."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.adapters.launchers.process_launcher import ProcessLauncher
from functions.adapters.launchers.process_table import (
    execution_name,
    parse_execution,
    session_members,
    start_time,
)
from functions.domain.errors import LaunchRefused
from local.paths import ROOT
from tests.builders import a_job_start
from tests.eventually import eventually

SLEEP = "import time; time.sleep(600)"
# starts a grandchild that does as the first argument says, writes its id to the file `grandchild`, and sleeps
WITH_GRANDCHILD = """
import pathlib, subprocess, sys, time
grandchild = subprocess.Popen([sys.executable, "-c", sys.argv[1]])
while not pathlib.Path("ready").exists():
    time.sleep(0.01)
pathlib.Path("grandchild").write_text(str(grandchild.pid))
time.sleep(600)
"""
SAVES_AND_ENDS = """
import pathlib, signal, sys, time
def save(*_):
    pathlib.Path("saved").touch()
    sys.exit()
signal.signal(signal.SIGINT, save)
pathlib.Path("ready").touch()
time.sleep(600)
"""
STUBBORN = """
import pathlib, signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
pathlib.Path("ready").touch()
time.sleep(600)
"""


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    for name in tmp_path.glob("*/execution"):
        ProcessLauncher(tmp_path, {}).stop(name.read_text())


def launcher_of(jobs: Path, *code: str, **environ: str) -> ProcessLauncher:
    return ProcessLauncher(jobs, environ, [sys.executable, "-c", *code])


def only_folder(jobs: Path) -> Path:
    (folder,) = jobs.iterdir()
    return folder


def start_with_grandchild(jobs: Path, grandchild: str) -> tuple[ProcessLauncher, str, int]:
    launcher = launcher_of(jobs, WITH_GRANDCHILD, grandchild)
    execution = launcher.start(a_job_start())
    noted = only_folder(jobs) / "grandchild"
    eventually(lambda: noted.exists() and noted.read_text())
    return launcher, execution, int(noted.read_text())


def kill_runner(execution: str) -> None:
    pid = parse_execution(execution).pid
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: start_time(pid) is None)


def test_a_runner_sees_the_given_environment_its_job_and_nothing_else(jobs: Path) -> None:
    tell = "import json, os, pathlib; pathlib.Path('seen').write_text(json.dumps(dict(os.environ)))"
    launcher = launcher_of(jobs, tell, GIVEN="yes", LC_ALL="C.UTF-8")
    execution = launcher.start(a_job_start(job=3))
    folder = only_folder(jobs)

    eventually(lambda: launcher.is_over(execution))

    assert json.loads((folder / "seen").read_text()) == {
        "GIVEN": "yes",
        "LC_ALL": "C.UTF-8",
        "SLIPWAY_DEPLOYMENT_ID": "deploy-0123456789ab",
        "SLIPWAY_OPERATION_ID": "op-0123456789ab-1",
        "SLIPWAY_JOB": "3",
        "SLIPWAY_CORRELATION_ID": "trace-1",
        "SLIPWAY_WORK_DIR": str(folder / "work"),
    }


def test_a_runner_that_names_itself_gets_the_name_that_the_launcher_gave(jobs: Path) -> None:
    module = "functions.adapters.launchers.process_table"
    tell = f"import os; from {module} import execution_name; print(execution_name(os.getpid()))"
    launcher = launcher_of(jobs, tell, PYTHONPATH=str(ROOT))

    execution = launcher.start(a_job_start())

    folder = only_folder(jobs)
    eventually(lambda: launcher.is_over(execution))
    assert (folder / "runner.log").read_text().strip() == execution
    assert (folder / "execution").read_text() == execution


def test_a_jobs_folder_is_named_after_its_operation(jobs: Path) -> None:
    launcher = launcher_of(jobs, SLEEP)
    execution = launcher.start(a_job_start(job=2))

    assert only_folder(jobs).name.startswith("op-0123456789ab-1-2-")

    launcher.stop(execution)


def test_what_a_dead_runner_left_running_may_save_its_state_before_the_job_is_over(jobs: Path) -> None:
    launcher, execution, grandchild = start_with_grandchild(jobs, SAVES_AND_ENDS)
    kill_runner(execution)

    assert not launcher.is_over(execution)

    eventually(lambda: launcher.is_over(execution))
    assert (only_folder(jobs) / "saved").exists()
    assert start_time(grandchild) is None


def test_what_ignores_the_interrupt_is_killed_once_its_time_is_up(jobs: Path) -> None:
    launcher, execution, grandchild = start_with_grandchild(jobs, STUBBORN)
    kill_runner(execution)
    assert not launcher.is_over(execution)
    assert not launcher.is_over(execution)
    assert start_time(grandchild) is not None

    (only_folder(jobs) / "ending").write_text(str(time.monotonic() - 11))

    eventually(lambda: launcher.is_over(execution))
    assert start_time(grandchild) is None


def test_a_stop_ends_the_whole_session(jobs: Path) -> None:
    launcher, execution, grandchild = start_with_grandchild(jobs, STUBBORN)

    launcher.stop(execution)

    assert start_time(grandchild) is None
    assert session_members(parse_execution(execution).pid) == []


def test_a_stop_ends_a_runner_that_hangs_in_sigstop(jobs: Path) -> None:
    launcher = launcher_of(jobs, SLEEP)
    execution = launcher.start(a_job_start())
    os.kill(parse_execution(execution).pid, signal.SIGSTOP)
    assert not launcher.is_over(execution)

    launcher.stop(execution)

    assert launcher.is_over(execution)


def test_a_stopped_job_leaves_no_folder(jobs: Path) -> None:
    launcher = launcher_of(jobs, SLEEP)
    execution = launcher.start(a_job_start())

    launcher.stop(execution)

    assert list(jobs.iterdir()) == []


def test_a_runner_that_ended_unwaited_for_is_over_for_every_host(jobs: Path) -> None:
    parent = launcher_of(jobs, "pass")
    execution = parent.start(a_job_start())
    pid = parse_execution(execution).pid
    eventually(lambda: start_time(pid) is None)

    assert ProcessLauncher(jobs, {}).is_over(execution)

    assert parent.is_over(execution)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_process_that_got_a_dead_runners_id_is_not_the_runner(jobs: Path) -> None:
    own = parse_execution(execution_name(os.getpid()))
    launcher = ProcessLauncher(jobs, {})

    assert launcher.is_over(
        f"pid-{own.pid}-{int(own.started, 16) + 1:x}" + (f"-{own.boot}" if own.boot else "")
    )
    assert not launcher.is_over(execution_name(os.getpid()))


def test_a_runner_of_an_earlier_boot_is_over(jobs: Path) -> None:
    own = parse_execution(execution_name(os.getpid()))

    assert ProcessLauncher(jobs, {}).is_over(f"pid-{own.pid}-{own.started}-00000000")


def test_a_sweep_removes_the_folders_of_the_dead_and_keeps_those_of_the_living(jobs: Path) -> None:
    launcher = launcher_of(jobs, SLEEP)
    dead, living = (launcher.start(a_job_start(job=job)) for job in (1, 2))
    kill_runner(dead)

    launcher.sweep()

    assert (only_folder(jobs) / "execution").read_text() == living

    launcher.stop(living)


def test_a_sweep_leaves_a_start_under_way_alone_and_removes_one_that_was_cut_short(jobs: Path) -> None:
    young, old = jobs / "op-0123456789ab-1-1-aaaaaa", jobs / "op-0123456789ab-1-1-bbbbbb"
    for folder in (young, old):
        folder.mkdir()
        (folder / "runner.log").touch()
    an_hour_ago = time.time() - 3600
    os.utime(old, (an_hour_ago, an_hour_ago))

    ProcessLauncher(jobs, {}).sweep()

    assert list(jobs.iterdir()) == [young]


def test_a_sweep_keeps_the_folder_of_a_runner_whose_host_died_before_it_wrote_down_the_name(
    jobs: Path,
) -> None:
    launcher = launcher_of(jobs, SLEEP)
    execution = launcher.start(a_job_start())
    folder = only_folder(jobs)
    (folder / "execution").unlink()
    an_hour_ago = time.time() - 3600
    os.utime(folder, (an_hour_ago, an_hour_ago))

    launcher.sweep()
    assert folder.exists()

    launcher.stop(execution)
    launcher.sweep()
    assert not folder.exists()


def test_a_sweep_where_no_job_ever_ran_is_harmless(tmp_path: Path) -> None:
    ProcessLauncher(tmp_path / "none", {}).sweep()


def test_a_runner_that_is_not_installed_is_refused_for_good_and_leaves_nothing(jobs: Path) -> None:
    with pytest.raises(LaunchRefused) as refused:
        ProcessLauncher(jobs, {}, ["/nonexistent/runner"]).start(a_job_start())

    assert not refused.value.transient
    assert list(jobs.iterdir()) == []


def test_a_machine_without_room_for_another_file_is_asked_again_later(jobs: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        with pytest.raises(LaunchRefused) as refused:
            launcher_of(jobs, SLEEP).start(a_job_start())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert refused.value.transient
