from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from functions.adapters.launchers.process_launcher import ProcessLauncher
from functions.adapters.launchers.process_table import parse_execution
from functions.domain.errors import LaunchRefused
from functions.ports import JobLauncher
from tests.builders import a_job_start
from tests.eventually import eventually
from tests.fakes import MemoryLauncher

PRINTS_A_FILE = """
import pathlib, time
file = pathlib.Path("to-print")
while True:
    if file.exists():
        print(file.read_text())
        file.unlink()
    time.sleep(0.02)
"""


@dataclass
class Platform:
    """A launcher whose jobs run until `end` lets them end by themselves; `prints` lets one print a text."""

    launcher: JobLauncher
    end: Callable[[str], None]
    prints: Callable[[str, str], None]


@pytest.fixture(params=["memory", "processes"])
def platform(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Platform]:
    if request.param == "memory":
        memory = MemoryLauncher()
        yield Platform(memory, memory.kill, memory.printed.__setitem__)
        return
    launcher = ProcessLauncher(tmp_path, {}, [sys.executable, "-uc", PRINTS_A_FILE])

    def print_in(execution: str, text: str) -> None:
        (folder,) = (file.parent for file in tmp_path.glob("*/execution") if file.read_text() == execution)
        (folder / "new").write_text(text)
        (folder / "new").rename(folder / "to-print")

    yield Platform(
        launcher, lambda execution: os.kill(parse_execution(execution).pid, signal.SIGTERM), print_in
    )
    for name in tmp_path.glob("*/execution"):
        launcher.stop(name.read_text())


def test_a_started_job_is_not_over(platform: Platform) -> None:
    execution = platform.launcher.start(a_job_start())

    assert not platform.launcher.is_over(execution)


def test_a_job_that_ended_is_over_and_stays_so(platform: Platform) -> None:
    execution = platform.launcher.start(a_job_start())
    platform.end(execution)

    eventually(lambda: platform.launcher.is_over(execution))

    assert platform.launcher.is_over(execution)


def test_every_start_is_an_execution_of_its_own(platform: Platform) -> None:
    first, second = (platform.launcher.start(a_job_start()) for _ in range(2))
    platform.end(first)
    eventually(lambda: platform.launcher.is_over(first))

    assert not platform.launcher.is_over(second)


def test_a_stopped_job_is_over(platform: Platform) -> None:
    execution = platform.launcher.start(a_job_start())

    platform.launcher.stop(execution)

    assert platform.launcher.is_over(execution)


def test_stopping_what_is_over_is_harmless(platform: Platform) -> None:
    execution = platform.launcher.start(a_job_start())
    platform.launcher.stop(execution)

    platform.launcher.stop(execution)

    assert platform.launcher.is_over(execution)


def test_a_sweep_leaves_what_runs_alone(platform: Platform) -> None:
    execution = platform.launcher.start(a_job_start())

    platform.launcher.sweep()

    assert not platform.launcher.is_over(execution)


def test_what_an_execution_printed_last_is_there_after_its_end_a_sweep_and_a_stop(platform: Platform) -> None:
    execution = platform.launcher.start(a_job_start())
    platform.prints(execution, "out of luck")
    eventually(lambda: "out of luck" in platform.launcher.log_end(execution))
    platform.end(execution)
    eventually(lambda: platform.launcher.is_over(execution))

    platform.launcher.sweep()
    assert platform.launcher.log_end(execution) == "out of luck"

    platform.launcher.stop(execution)
    assert platform.launcher.log_end(execution) == "out of luck"


def test_an_execution_that_printed_nothing_has_no_last_words(platform: Platform) -> None:
    execution = platform.launcher.start(a_job_start())

    assert platform.launcher.log_end(execution) == ""


@pytest.mark.parametrize("execution", ["", "pid", "pid-1", "pid-x-1", "pid-0-1", "somebody-else"])
def test_a_name_that_no_start_gave_is_refused(platform: Platform, execution: str) -> None:
    with pytest.raises(LaunchRefused) as refused:
        platform.launcher.is_over(execution)
    with pytest.raises(LaunchRefused):
        platform.launcher.stop(execution)
    with pytest.raises(LaunchRefused):
        platform.launcher.log_end(execution)

    assert not refused.value.transient
