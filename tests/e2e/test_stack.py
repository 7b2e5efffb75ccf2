"""What other tests build on: several stacks side by side, hosts that are killed and started again."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path

import pytest

from functions.adapters.launchers.process_table import start_time
from functions.domain import environment_names as names
from local.api_client import ApiClient
from local.errors import LocalError
from local.stack.stack import start_run
from tests.eventually import eventually


def test_two_stacks_run_side_by_side_and_know_nothing_of_each_other(tmp_path: Path) -> None:
    body = {"template_name": "greeting", "provider_type": "terraform-local"}
    with start_run(tmp_path / "one") as one, start_run(tmp_path / "two") as two:
        assert not set(one.pids.values()) & set(two.pids.values())
        assert one.storage != two.storage
        accepted = ApiClient(one.url).post("/deploy", body)["data"]["deployment_id"]

        assert ApiClient(one.url).get(f"/deployments/{accepted}")["deployment_id"] == accepted
        with pytest.raises(LocalError, match="was answered with 404"):
            ApiClient(two.url).get(f"/deployments/{accepted}")


def test_a_killed_host_is_gone_at_once_and_answers_at_the_same_address_when_restarted(tmp_path: Path) -> None:
    with start_run(tmp_path) as stack:
        url, killed = stack.url, stack.pids["host"]

        stack.kill_host()

        assert start_time(killed) is None
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(f"{url}/health", timeout=5)
        stack.restart_host()
        assert stack.url == url
        assert stack.pids["host"] != killed
        assert ApiClient(url).get("/health")

    assert [name for name, pid in stack.pids.items() if start_time(pid) is not None] == []


def test_health_shows_that_the_timers_run_by_their_settings(tmp_path: Path) -> None:
    with start_run(tmp_path, extra_env={names.RETENTION_SCHEDULE: "*/2 * * * * *"}) as stack:
        client = ApiClient(stack.url)

        eventually(lambda: all(timer["last_ran_at"] for timer in client.get("/health")["timers"].values()))


def test_a_host_that_cannot_start_is_shown_with_the_end_of_its_log(tmp_path: Path) -> None:
    with (
        pytest.raises(LocalError, match=r"'host' ended with exit code [1-9](.|\n)*the end of '.*host\.log'"),
        start_run(tmp_path, extra_env={"AzureFunctionsJobHost__extensions__queues__batchSize": "many"}),
    ):
        pass

    assert not (tmp_path / "env").exists()
