from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.adapters.launchers.process_table import execution_name, start_time
from local.stack.environment import plain_environment
from local.stack.processes import Process, Processes, end
from local.stack.runners import stop_runners
from tests.eventually import eventually


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as child:
        yield child
        child.kill()


def start(processes: Processes, folder: Path, script: str) -> subprocess.Popen[bytes]:
    return processes.start(
        "one",
        ["sh", "-c", script],
        log=folder / "one.log",
        environment=plain_environment(os.environ),
        folder=folder,
    )


def of(child: subprocess.Popen[bytes]) -> Process:
    return Process("one", execution_name(child.pid))


def test_a_started_process_is_on_record_and_its_output_in_its_log(tmp_path: Path) -> None:
    processes = Processes(tmp_path)

    child = start(processes, tmp_path, "echo out; echo err >&2")

    assert [(process.name, process.pid) for process in processes.read()] == [("one", child.pid)]
    assert child.wait() == 0
    assert (tmp_path / "one.log").read_text() == "out\nerr\n"


def test_a_stopped_process_is_gone_and_off_the_record(tmp_path: Path) -> None:
    processes = Processes(tmp_path)
    child = start(processes, tmp_path, "exec sleep 60")

    assert processes.stop("one")

    assert child.wait() == -15
    assert processes.read() == []
    assert not processes.stop("one")


def test_what_a_stopped_process_leaves_in_its_session_is_ended_too(tmp_path: Path) -> None:
    processes = Processes(tmp_path)
    child = start(processes, tmp_path, "sleep 60 & echo $! > grandchild; exec sleep 60")
    noted = tmp_path / "grandchild"
    eventually(lambda: noted.exists() and noted.read_text())
    grandchild = int((tmp_path / "grandchild").read_text())

    processes.stop("one")

    child.wait()
    assert start_time(grandchild) is None


def test_a_process_that_does_not_listen_is_ended_by_force(sleeper: subprocess.Popen[bytes]) -> None:
    deaf = subprocess.Popen(
        ["sh", "-c", "trap '' TERM; echo deaf; sleep 60"], stdout=subprocess.PIPE, start_new_session=True
    )
    assert deaf.stdout is not None
    with deaf.stdout:
        deaf.stdout.readline()

        end([of(deaf)], seconds=0.05)

    assert deaf.wait() == -9
    assert sleeper.poll() is None


def of_another(process: Process) -> str:
    """The name of a process of the same id that started at another time."""
    _, pid, started, *boot = process.execution.split("-")
    return "-".join(["pid", pid, f"{int(started) - 1}", *boot])


def test_a_reused_process_id_is_never_killed(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    record = {"name": "host", "execution": of_another(of(sleeper))}
    (tmp_path / "processes.json").write_text(json.dumps({"processes": [record]}))

    assert not Processes(tmp_path).stop("host")

    assert sleeper.poll() is None


def test_a_record_that_cannot_be_read_counts_as_empty(tmp_path: Path) -> None:
    (tmp_path / "processes.json").write_text('{"processes": [')

    assert Processes(tmp_path).read() == []


def test_a_program_whose_parent_dies_before_it_is_on_record_never_starts(tmp_path: Path) -> None:
    parent = (
        "import os, sys; from pathlib import Path; from local.stack.processes import Processes\n"
        "Processes._write = lambda *_: os.kill(os.getpid(), 9)\n"
        "folder = Path(sys.argv[1])\n"
        "command = ['touch', 'started']\n"
        "Processes(folder).start('one', command, log=folder / 'log', environment=os.environ, folder=folder)"
    )

    ended = subprocess.run([sys.executable, "-c", parent, str(tmp_path)], check=False)

    assert ended.returncode == -9
    eventually(lambda: not _working_in(tmp_path))
    assert not (tmp_path / "started").exists()


def test_a_runner_is_found_by_its_job_folder_and_ended(
    tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    executions = {"op-1-1": of(sleeper).execution, "op-2-1": of_another(of(sleeper)), "op-3-1": "half writ"}
    for name, execution in executions.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "execution").write_text(execution)

    assert [ended.name for ended in stop_runners(tmp_path)] == ["runner op-1-1"]

    assert sleeper.wait() == -15


def test_what_a_dead_runner_left_running_is_ended(tmp_path: Path) -> None:
    script = "sleep 60 & echo $!"
    with subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, start_new_session=True) as runner:
        assert runner.stdout is not None
        left = int(runner.stdout.readline())
        (tmp_path / "op-1-1").mkdir()
        (tmp_path / "op-1-1" / "execution").write_text(of(runner).execution)
        runner.wait()

        stop_runners(tmp_path)

        assert start_time(left) is None


def _working_in(folder: Path) -> list[int]:
    """The processes whose working folder is this one."""
    pids = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if link.readlink() == folder:
                pids.append(int(link.parent.name))
    return pids
