"""Timer triggers of the development host, by what is known of the Functions host."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.eventually import eventually
from tests.host_process import HostProcess, start_host

SAMPLE_APP = Path(__file__).parent / "sample_app"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., HostProcess]]:
    hosts: list[HostProcess] = []

    def started(schedule: str, **settings: str) -> HostProcess:
        app_settings = {
            "AzureWebJobs.work.Disabled": "true",
            "AzureWebJobs.poisoned.Disabled": "true",
            "SAMPLE_RECORD": str(tmp_path / "record"),
            "SAMPLE_SCHEDULE": schedule,
            **settings,
        }
        hosts.append(start_host(SAMPLE_APP, app_settings, tmp_path / "log"))
        return hosts[-1]

    yield started
    for host in hosts:
        host.kill()


def _lines(folder: Path) -> list[dict[str, Any]]:
    record = folder / "record"
    return [json.loads(line) for line in record.read_text().splitlines()] if record.exists() else []


def _names(folder: Path) -> list[str]:
    return [line["function"] for line in _lines(folder)]


def test_a_timer_runs_by_the_schedule_that_its_setting_names(
    start: Callable[..., HostProcess], tmp_path: Path
) -> None:
    start("* * * * * *")
    eventually(lambda: _names(tmp_path).count("tick ended") >= 3)
    assert {line["past_due"] for line in _lines(tmp_path) if line["function"] == "tick"} == {False}


def test_a_timer_with_run_on_startup_runs_at_once_and_otherseventually(
    start: Callable[..., HostProcess], tmp_path: Path
) -> None:
    start("0 0 0 1 1 *")
    eventually(lambda: _names(tmp_path))
    assert _names(tmp_path) == ["at_start"]


def test_a_timer_never_runs_twice_at_once(start: Callable[..., HostProcess], tmp_path: Path) -> None:
    start("* * * * * *", SAMPLE_TICK_SECONDS="1.3")
    eventually(lambda: _names(tmp_path).count("tick ended") >= 2)
    ticks = [name for name in _names(tmp_path) if name != "at_start"]
    assert ticks[:4] == ["tick", "tick ended"] * 2


def test_an_error_waits_for_the_next_occurrence(start: Callable[..., HostProcess], tmp_path: Path) -> None:
    host = start("* * * * * *", SAMPLE_TICK_FAILS="yes")
    eventually(lambda: _names(tmp_path).count("tick ended") >= 2)
    eventually(lambda: host.log.read_text().count("RuntimeError: as ordered") >= 2)
