"""`./dev up` as a process of its own, with the real Azurite, moto and development host."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.adapters.launchers.process_table import start_time
from local.api_client import ApiClient
from local.paths import ROOT
from local.stack.environment import plain_environment
from local.stack.stack import stop_processes

UP = """
import sys
from pathlib import Path
from local.up import up
folder = Path(sys.argv[1])
sys.exit(up(folder, int(sys.argv[2]), folder.parent / "local.settings.json"))
"""
SECONDS = 90


class Up:
    """A running `./dev up` with a data folder of its own."""

    def __init__(self, data_dir: Path, port: int = 0) -> None:
        self.data_dir = data_dir
        self.output = data_dir.with_suffix(".out")
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", UP, str(data_dir), str(port)],
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env=plain_environment(os.environ),
            )

    def printed(self) -> str:
        return self.output.read_text()

    def wait_until(self, words: str) -> str:
        """Give the line that holds the words, as soon as it is there."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            for line in self.printed().splitlines(keepends=True):
                if words in line and line.endswith("\n"):
                    return line.strip()
            time.sleep(0.02)
        raise AssertionError(f"'{words}' was not said, but this was:\n{self.printed()}")

    def url(self) -> str:
        return self.wait_until("slipway is ready at").removeprefix("slipway is ready at ")

    def pids(self) -> dict[str, int]:
        recorded = json.loads((self.data_dir / "processes.json").read_text())["processes"]
        return {process["name"]: int(process["execution"].split("-")[1]) for process in recorded}

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(SECONDS)


StartUp = Callable[..., Up]


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "slipway"


@pytest.fixture
def start_up(data_dir: Path) -> Iterator[StartUp]:
    """Starts `./dev up` in the test's data folder; a test that fails leaves nothing running either."""
    started: list[Up] = []

    def start(port: int = 0) -> Up:
        started.append(Up(data_dir, port))
        return started[-1]

    yield start
    for up in started:
        if up.process.poll() is None:
            up.end(signal.SIGTERM)
    stop_processes(data_dir, data_dir / "jobs")


def running(pids: dict[str, int]) -> list[str]:
    return [name for name, pid in pids.items() if start_time(pid) is not None]


def deploy(api: ApiClient, template: str, **parameters: Any) -> str:
    body = {"template_name": template, "provider_type": "terraform-local", "parameters": parameters}
    return str(api.post("/deploy", body)["data"]["deployment_id"])


def wait_for(api: ApiClient, deployment: str, *statuses: str) -> dict[str, Any]:
    deadline = time.monotonic() + SECONDS
    status: dict[str, Any] = {}
    while time.monotonic() < deadline:
        status = api.get(f"/deployments/{deployment}/status")
        if status["status"] in statuses or status["phase"] in statuses:
            return status
        time.sleep(0.05)
    raise AssertionError(f"'{deployment}' did not get to {statuses}: {status}")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_everything_and_leaves_nothing_behind(
    start_up: StartUp, data_dir: Path, number: signal.Signals
) -> None:
    up = start_up()
    up.url()
    pids = up.pids()
    assert sorted(running(pids)) == ["azurite", "host", "moto"]

    assert up.end(number) == 0

    assert running(pids) == []
    assert up.pids() == {}
    assert not (data_dir / "env").exists()
    assert up.printed().endswith("stopped\n")


def test_a_shell_finds_every_address_in_the_env_file(start_up: StartUp, data_dir: Path) -> None:
    up = start_up()
    url = up.url()

    names = ("SLIPWAY_URL", "SLIPWAY_STORAGE", "AWS_ENDPOINT_URL")
    script = f". {shlex.quote(str(data_dir / 'env'))}; " + "; ".join(f'echo "${name}"' for name in names)
    sourced = subprocess.run(
        ["sh", "-c", script], capture_output=True, text=True, check=True
    ).stdout.splitlines()

    assert sourced[0] == url
    assert sourced[1].startswith("DefaultEndpointsProtocol=http;AccountName=")
    assert sourced[2].startswith("http://127.0.0.1:")
    settings = json.loads((data_dir.parent / "local.settings.json").read_text())["Values"]
    assert settings["SLIPWAY_STORAGE"] == sourced[1]
    assert settings["AWS_ENDPOINT_URL"] == sourced[2]
    assert up.end(signal.SIGTERM) == 0


def test_a_second_one_says_where_the_first_runs_and_disturbs_nothing(
    start_up: StartUp, data_dir: Path
) -> None:
    first = start_up()
    url = first.url()
    second = subprocess.run(
        [sys.executable, "-c", UP, str(data_dir), "0"],
        cwd=ROOT,
        env=plain_environment(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )

    assert second.returncode == 1
    assert f"process {first.process.pid}, at {url}" in second.stderr
    assert ApiClient(url).get("/health")
    assert sorted(running(first.pids())) == ["azurite", "host", "moto"]
    assert first.end(signal.SIGTERM) == 0


def test_a_taken_port_is_named_with_the_way_out(start_up: StartUp, data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        up = start_up(port)

        assert up.process.wait(SECONDS) == 1

    assert f"port {port} is taken: choose another with --port" in up.printed()
    assert not (data_dir / "azurite").exists()


def test_deployments_survive_a_kill_and_leftovers_are_stopped_at_the_next_start(
    start_up: StartUp,
) -> None:
    first = start_up()
    api = ApiClient(first.url())
    deployment = deploy(api, "greeting", name="survivor")
    before = wait_for(api, deployment, "completed")
    # Azurite writes its tables to disk every five seconds, and when it is asked to end
    left = first.pids()
    first.end(signal.SIGKILL)
    assert sorted(running(left)) == ["azurite", "host", "moto"]

    second = start_up()
    again = ApiClient(second.url())

    assert running(left) == []
    assert "stopped processes of an earlier run" in second.printed()
    assert again.get(f"/deployments/{deployment}/status")["outputs"] == before["outputs"]
    assert second.end(signal.SIGTERM) == 0


def test_files_that_a_crash_left_half_written_do_not_keep_it_from_starting(
    start_up: StartUp, data_dir: Path
) -> None:
    data_dir.mkdir()
    for name in ("processes.json", "ports.json", "stack.lock"):
        (data_dir / name).write_text('{"half')

    up = start_up()

    assert ApiClient(up.url()).get("/health")
    assert up.end(signal.SIGTERM) == 0


def test_a_part_that_ends_by_itself_is_named_and_stops_the_rest(
    start_up: StartUp,
) -> None:
    up = start_up()
    up.url()
    pids = up.pids()

    os.kill(pids["moto"], signal.SIGKILL)

    assert up.process.wait(SECONDS) == 1
    assert "'moto' ended with exit code -9" in up.printed()
    assert running(pids) == []


def test_a_running_deployment_is_ended_and_accounted_for_after_the_next_start(
    start_up: StartUp, data_dir: Path
) -> None:
    first = start_up()
    api = ApiClient(first.url())
    deployment = deploy(api, "wait", seconds=600)
    wait_for(api, deployment, "applying")
    executions = [file.read_text() for file in (data_dir / "jobs").glob("*/execution")]
    runners = {execution: int(execution.split("-")[1]) for execution in executions}
    assert running(runners) == executions

    assert first.end(signal.SIGTERM) == 0

    assert running(runners) == []
    second = start_up()
    ended = wait_for(ApiClient(second.url()), deployment, "failed", "cancelled")
    assert ended["error"]["message"]
    assert second.end(signal.SIGTERM) == 0
