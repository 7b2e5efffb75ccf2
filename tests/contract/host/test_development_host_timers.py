"""Timer triggers of the development host, by what is known of the Functions host."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import ContainerClient

from tests.azurite import Azurite, start_azurite
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
        hosts.append(start_host(SAMPLE_APP, app_settings, tmp_path / f"log-{len(hosts)}"))
        return hosts[-1]

    yield started
    for host in hosts:
        host.kill()


def _lines(folder: Path) -> list[dict[str, Any]]:
    record = folder / "record"
    return [json.loads(line) for line in record.read_text().splitlines()] if record.exists() else []


def _names(folder: Path) -> list[str]:
    return [line["function"] for line in _lines(folder)]


@pytest.fixture
def storage(azurite: Azurite) -> Iterator[str]:
    """Return the connection string of a storage that no host has used."""
    yield azurite.connection_string
    with _hosts_container(azurite.connection_string) as container:
        container.delete_container()


def _hosts_container(storage: str) -> ContainerClient:
    return ContainerClient.from_connection_string(storage, "azure-webjobs-hosts")


def _status(storage: str, function: str) -> dict[str, str]:
    with _hosts_container(storage) as container, contextlib.suppress(ResourceNotFoundError):
        return dict(json.loads(container.download_blob(_status_name(function)).readall()))
    return {}


def _record_status(storage: str, function: str, *, last: str, next_: str) -> None:
    with _hosts_container(storage) as container:
        container.create_container()
        status = {"Last": last, "Next": next_, "LastUpdated": last}
        container.upload_blob(_status_name(function), json.dumps(status))


def _status_name(function: str) -> str:
    return f"timers/development/Host.Functions.{function}/status"


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


def test_a_missed_occurrence_is_made_up_for_once_after_a_restart(
    start: Callable[..., HostProcess], tmp_path: Path, storage: str
) -> None:
    _record_status(storage, "tick", last="2020-03-01T00:00:00", next_="2021-01-01T00:00:00")
    host = start("0 0 0 1 1 *", AzureWebJobsStorage=storage)
    eventually(lambda: _status(storage, "tick")["Last"] > "2021" and "at_start" in _names(tmp_path))
    host.stop()
    host = start("0 0 0 1 1 *", AzureWebJobsStorage=storage)
    eventually(lambda: _names(tmp_path).count("at_start") == 2)
    host.stop()
    assert [line["past_due"] for line in _lines(tmp_path) if line["function"] == "tick"] == [True]
    assert _status(storage, "tick")["Next"].endswith("-01-01T00:00:00")


def test_a_first_start_misses_nothing_and_records_when_the_timer_is_due(
    start: Callable[..., HostProcess], tmp_path: Path, storage: str
) -> None:
    start("0 0 0 1 1 *", AzureWebJobsStorage=storage)
    eventually(lambda: _status(storage, "tick").get("Next"))
    assert (_status(storage, "tick")["Last"], "tick" in _names(tmp_path)) == ("", False)


def test_a_timer_runs_on_one_host_at_a_time_and_the_next_takes_over_from_one_that_was_killed(
    start: Callable[..., HostProcess], tmp_path: Path, storage: str
) -> None:
    first = start("* * * * * *", AzureWebJobsStorage=storage)
    eventually(lambda: "tick" in _names(tmp_path))
    second = start("* * * * * *", AzureWebJobsStorage=storage)
    ticks = _names(tmp_path).count("tick ended")
    eventually(lambda: _names(tmp_path).count("tick ended") > ticks + 1)
    assert {line["process"] for line in _lines(tmp_path)} == {first.process.pid}
    first.kill()
    eventually(lambda: second.process.pid in {line["process"] for line in _lines(tmp_path)})


def test_a_timer_waits_for_a_storage_that_is_away_at_its_start(
    start: Callable[..., HostProcess], tmp_path: Path
) -> None:
    (tmp_path / "azurite").mkdir()
    azurite = start_azurite(tmp_path / "azurite")
    azurite.stop()
    host = start("* * * * * *", AzureWebJobsStorage=azurite.connection_string)
    eventually(lambda: "taking the lock of timer 'tick'" in host.log.read_text())
    azurite = azurite.restart()
    try:
        eventually(lambda: "tick" in _names(tmp_path))
    finally:
        azurite.stop()


def test_an_error_waits_for_the_next_occurrence(start: Callable[..., HostProcess], tmp_path: Path) -> None:
    host = start("* * * * * *", SAMPLE_TICK_FAILS="yes")
    eventually(lambda: _names(tmp_path).count("tick ended") >= 2)
    eventually(lambda: host.log.read_text().count("RuntimeError: as ordered") >= 2)
