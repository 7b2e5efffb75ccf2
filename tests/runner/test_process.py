from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.process.command import CommandResult, Limits, run
from runner.process.stop import Stop, StopReason

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "ONLY": "this"}


class Shell:
    """Runs a shell script with `run`; `stdout` and `stderr` are its output."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stop = Stop()
        self.stdout = bytearray()
        self.stderr = bytearray()
        self.on_output: Callable[[bytes], None] = self.stdout.extend

    def run(self, script: str, *, seconds: float = 30, grace: float = 5) -> CommandResult:
        return run(
            ["sh", "-c", script],
            folder=self.folder,
            environment=ENVIRONMENT,
            stop=self.stop,
            limits=Limits(seconds, grace),
            on_output=self.on_output,
            on_error=self.stderr.extend,
        )


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_output_and_errors_come_apart_and_whole(shell: Shell) -> None:
    ended = shell.run("seq 1 100000; echo no >&2; exit 3")

    assert ended == CommandResult(3)
    assert bytes(shell.stdout) == b"".join(b"%d\n" % n for n in range(1, 100001))
    assert bytes(shell.stderr) == b"no\n"


def test_a_command_sees_the_environment_it_is_given_and_no_more(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "of the runner")

    shell.run("env")

    names = {line.partition("=")[0] for line in shell.stdout.decode().splitlines()}
    assert "ONLY" in names
    assert names <= {"ONLY", "PATH", "PWD", "OLDPWD", "SHLVL", "_"}


def test_a_command_that_is_told_to_stop_may_end_by_itself(shell: Shell) -> None:
    def stop_once_it_listens(output: bytes) -> None:
        shell.stdout.extend(output)
        shell.stop.request(StopReason.CANCELLED)

    shell.on_output = stop_once_it_listens

    ended = shell.run("trap 'echo tidied up; exit 5' INT; echo listening; while :; do sleep 0.05; done")

    assert ended == CommandResult(5, StopReason.CANCELLED)
    assert shell.stdout == b"listening\ntidied up\n"


def test_a_command_that_ignores_the_interrupt_is_killed_with_its_children(shell: Shell) -> None:
    ended = shell.run("trap '' INT; sleep 60 & echo $!; wait; sleep 60", seconds=0.3, grace=0.2)

    assert ended == CommandResult(-signal.SIGKILL, StopReason.COMMAND_TIME_LIMIT)
    assert is_gone(int(shell.stdout))


def test_a_child_that_holds_the_output_open_does_not_outlive_the_command(shell: Shell) -> None:
    ended = shell.run("sleep 60 & echo $!")

    assert ended == CommandResult(0)
    assert is_gone(int(shell.stdout))


def test_a_command_that_is_killed_from_outside_is_told_apart(shell: Shell) -> None:
    ended = shell.run("kill -9 $$")

    assert ended == CommandResult(-9)
    assert ended.by_signal
    assert str(ended) == "was ended by signal 9"


def test_an_error_while_reading_ends_the_command_in_good_order(shell: Shell) -> None:
    def broken(data: bytes) -> None:
        raise RuntimeError(data.decode())

    script = "trap 'echo tidied up > tidy; exit 0' INT; echo ready; while :; do sleep 0.05; done"
    with pytest.raises(RuntimeError, match="ready"):
        run(
            ["sh", "-c", script],
            folder=shell.folder,
            environment=ENVIRONMENT,
            stop=shell.stop,
            limits=Limits(30, 5),
            on_output=broken,
            on_error=broken,
        )
    assert (shell.folder / "tidy").read_text() == "tidied up\n"


def is_gone(pid: int) -> bool:
    """Whether a killed process is gone, or only waits to be reaped by init, within a minute."""
    for _ in range(6000):
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.01)
    return False
