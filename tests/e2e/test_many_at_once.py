"""Many deployments, and more than one host: each ends once."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local.stack.environment import plain_environment
from tests.e2e.http_client import call
from tests.e2e.slipway import Slipway, poll
from tests.host_process import start_host

_SECONDS = 240


def greet(url: str, name: str) -> str:
    body = {"template_name": "greeting", "provider_type": "terraform-local", "parameters": {"name": name}}
    answer = call("POST", f"{url}/deploy", body)
    assert answer.status == 202, answer.body
    return str(answer.json()["data"]["deployment_id"])


def wait_for_all(slipway: Slipway, deployments: list[str]) -> None:
    """Return once none of them is unfinished any more."""
    left = list(deployments)

    def look() -> bool | None:
        # from the newest on: it is rarely the first to end
        while left and slipway.status(left[-1])["status"] not in ("pending", "running"):
            left.pop()
        return True if not left else None

    poll(look, seconds=_SECONDS, what="the end of all deployments")


def assert_each_ended_once(slipway: Slipway, deployments: dict[str, str]) -> None:
    """Each deployment (id → name) has greeted its own name, by one job and one apply."""
    for deployment, name in deployments.items():
        record = slipway.get(f"/deployments/{deployment}")
        assert (record["status"], record["error"]) == ("completed", None)
        assert record["outputs"]["greeting"] == f"Hello, {name}!"
        names = [event["name"] for event in slipway.get(f"/deployments/{deployment}/events")["events"]]
        moves = Counter(name for name in names if not name.startswith("runner_"))
        assert moves == Counter(["accepted", "job_started", "succeeded"])
    assert {deployment: len(slipway.plan_sizes(deployment)) for deployment in deployments} == dict.fromkeys(
        deployments, 1
    )


@pytest.fixture
def second_url(slipway: Slipway, tmp_path: Path) -> Iterator[str]:
    """Yield the address of a second host on the first one's storage."""
    environment = {**plain_environment(os.environ), **slipway.settings}
    host = start_host(slipway.app, environment, tmp_path / "second.log")
    yield host.url
    host.stop()


def test_more_deployments_than_run_at_once_end_once_each(slipway: Slipway) -> None:
    # twenty run at once by default
    names = [f"number {number}" for number in range(24)]

    with ThreadPoolExecutor(len(names)) as pool:
        deployments = dict(zip(pool.map(lambda name: greet(slipway.url, name), names), names, strict=True))

    assert len(deployments) == len(names)
    wait_for_all(slipway, list(deployments))
    assert_each_ended_once(slipway, deployments)


def test_two_hosts_on_one_storage_share_the_work_and_do_none_of_it_twice(
    slipway: Slipway, second_url: str
) -> None:
    urls = [slipway.url, second_url] * 4
    names = [f"guest {number}" for number in range(len(urls))]

    with ThreadPoolExecutor(len(urls)) as pool:
        deployments = dict(zip(pool.map(greet, urls, names), names, strict=True))

    wait_for_all(slipway, list(deployments))
    assert_each_ended_once(slipway, deployments)
    for deployment in deployments:
        seen = [call("GET", f"{url}/deployments/{deployment}/status").json() for url in urls[:2]]
        assert seen[0] == seen[1]
