"""One deployment without a cloud, followed over HTTP from its request to its outputs."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from tests.e2e.http_client import call
from tests.e2e.slipway import Slipway, poll

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
REQUEST: dict[str, Any] = {
    "template_name": "greeting",
    "provider_type": "terraform-local",
    "subscription_id": SUBSCRIPTION,
    "resource_group": "rg-einkäufe",
    "location": "westeurope",
    "parameters": {"name": "Zoë 🚀"},
    "tags": {"Kostenstelle": "4711 Köln"},
}


@pytest.fixture(scope="module")
def greeting(slipway: Slipway) -> str:
    """Return the id of a greeting that was deployed by the owner of a function key."""
    answer = slipway.post("/deploy", REQUEST, {"x-functions-key": "a-key", "X-Correlation-ID": "e2e.1"})
    assert answer.status == 202
    deployment = str(answer.json()["data"]["deployment_id"])
    slipway.completed(deployment)
    return deployment


def test_a_deployment_gives_its_outputs(slipway: Slipway, greeting: str) -> None:
    status = slipway.status(greeting)

    assert status["outputs"] == {"greeting": "Hello, Zoë 🚀!", "name": "Zoë 🚀"}
    assert (status["error"], status["phase"], status["resources"]) == (None, None, "some")
    assert status["duration_seconds"] > 0


def test_the_record_has_all_that_was_asked_for_and_all_that_came_of_it(
    slipway: Slipway, greeting: str
) -> None:
    record = slipway.get(f"/deployments/{greeting}")

    asked = {name: value for name, value in REQUEST.items() if name in record}
    assert {name: record[name] for name in asked} == asked
    assert len(asked) == len(REQUEST)
    assert record["deployment_id"] == greeting
    assert record["status"] == "completed"
    assert record["cloud_provider"] == "local"
    assert record["template_address"] == "terraform/local/greeting"
    assert record["template_version"] == "1.0.0"
    template = slipway.get("/templates/terraform-local/greeting")
    assert record["template_digest"] == template["digest"]
    assert record["outputs"]["name"] == "Zoë 🚀"
    assert record["error"] is None
    times = [datetime.fromisoformat(record[name]) for name in ("created_at", "started_at", "completed_at")]
    assert times == sorted(times)
    assert record["task_id"] == greeting.replace("deploy-", "op-") + "-1"
    assert record["execution"]
    assert re.fullmatch("function-key:[0-9a-f]{8}", record["created_by"])
    assert record["correlation_id"] == "e2e.1"


def test_the_record_says_where_the_state_is_and_which_one(slipway: Slipway, greeting: str) -> None:
    state = slipway.get(f"/deployments/{greeting}")["state"]

    assert state["backend_type"] == "local"
    folder = slipway.app / ".slipway" / "state" / greeting
    assert state["backend_config"]["workspace_dir"] == str(folder)
    assert state["workspace"] == "slipway"
    kept = json.loads((folder / "slipway" / "terraform.tfstate").read_text())
    assert (kept["serial"], kept["lineage"]) == (state["serial"], state["lineage"])
    assert state["serial"] >= 1
    assert re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", state["lineage"])
    assert datetime.fromisoformat(state["last_modified"]).tzinfo


def test_waiting_answers_202_until_the_end_and_then_200(slipway: Slipway) -> None:
    body = {"template_name": "wait", "provider_type": "terraform-local", "parameters": {"seconds": 1}}
    accepted = slipway.post("/deploy", body)
    location = accepted.headers["Location"]
    answers = []

    def ended() -> bool | None:
        answers.append(call("GET", location))
        return True if answers[-1].status != 202 else None

    poll(ended, seconds=60, what="the end of a wait of one second")

    deployment = accepted.json()["data"]["deployment_id"]
    assert accepted.status == 202
    assert accepted.headers["Retry-After"]
    assert answers[0].status == 202
    assert answers[0].headers["Location"] == location == f"{slipway.url}/deployments/{deployment}/wait"
    assert answers[0].headers["Retry-After"]
    assert answers[-1].status == 200
    assert answers[-1].json() == slipway.status(deployment)
    assert answers[-1].json()["outputs"] == {"waited_seconds": 1}


def test_the_operation_is_found_where_the_answer_said(slipway: Slipway, greeting: str) -> None:
    operation = slipway.get(f"/operations/{greeting.replace('deploy-', 'op-')}-1")

    assert operation["deployment_id"] == greeting
    assert (operation["kind"], operation["status"], operation["jobs"]) == ("apply", "succeeded", 1)
    assert operation["changes"]["add"] == 1
    listed = slipway.get(f"/deployments/{greeting}/operations")["operations"]
    assert [run["id"] for run in listed] == [operation["id"]]


def test_the_events_tell_every_move_in_its_order(slipway: Slipway, greeting: str) -> None:
    events = slipway.get(f"/deployments/{greeting}/events")["events"]

    assert [event["name"] for event in events] == ["accepted", "job_started", "succeeded"]
    assert [event["sequence"] for event in events] == [1, 2, 3]
    assert {event["correlation_id"] for event in events} == {"e2e.1"}
    rest = slipway.get(f"/deployments/{greeting}/events?after=2&limit=1")
    assert (rest["events"], rest["next_after"]) == ([events[2]], 3)


def test_the_callers_correlation_id_is_in_the_logs_of_the_runner_and_of_the_host(
    slipway: Slipway, greeting: str
) -> None:
    assert "correlation id e2e.1" in slipway.log(greeting).splitlines()[0]
    lines = (slipway.app / ".slipway" / "logs" / "host.log").read_text().splitlines()
    loggers = {
        json.loads(line[line.index("{") :])["logger"] for line in lines if '"correlation_id":"e2e.1"' in line
    }
    assert {"slipway.api", "slipway.start_job"} <= loggers


def test_a_log_read_while_it_grows_is_the_same_as_the_whole(slipway: Slipway) -> None:
    deployment = slipway.deploy("wait", parameters={"seconds": 1})

    grown = b"".join(slipway.log_parts(deployment))

    whole = call("GET", f"{slipway.url}/deployments/{deployment}/logs")
    assert whole.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert whole.body == grown
    assert "terraform_data.wait: Creation complete" in grown.decode()
    phases = re.findall(r"== ([a-z ]+)$", grown.decode(), re.MULTILINE)
    assert phases == [
        "preparing",
        "initializing",
        "planning",
        "applying",
        "reading outputs",
        "succeeded",
    ]


def test_the_list_is_narrowed_by_each_filter(slipway: Slipway, greeting: str) -> None:
    record = slipway.get(f"/deployments/{greeting}")
    created = datetime.fromisoformat(record["created_at"])
    before = quote((created - timedelta(seconds=1)).isoformat())
    after = quote((created + timedelta(seconds=1)).isoformat())
    group = quote(record["resource_group"])

    def listed(query: str) -> list[str]:
        entries = slipway.get(f"/deployments?limit=200&{query}")["deployments"]
        return [entry["deployment_id"] for entry in entries]

    assert listed(f"resource_group={group}") == [greeting]
    for query in (
        "status=completed",
        "provider_type=terraform-local",
        "template_name=greeting",
        f"created_by={quote(record['created_by'])}",
        f"created_after={before}",
        f"created_before={after}",
        f"status=completed&provider_type=terraform-local&template_name=greeting&created_after={before}",
    ):
        assert greeting in listed(query), query
    for query in (
        "status=failed",
        "provider_type=terraform-aws",
        "template_name=wait",
        "resource_group=another",
        "created_by=anonymous",
        f"created_after={after}",
        f"created_before={before}",
    ):
        assert greeting not in listed(query), query


def test_the_same_key_sent_eight_times_at_once_makes_one_deployment(slipway: Slipway) -> None:
    body = {"template_name": "greeting", "provider_type": "terraform-local", "parameters": {"name": "once"}}
    key = {"Idempotency-Key": "e2e-eight-times"}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: slipway.post("/deploy", body, key), range(8)))

    assert [answer.status for answer in answers] == [202] * 8
    assert len({answer.body for answer in answers}) == 1
    assert [answer.headers["Idempotent-Replayed"] for answer in answers].count("true") == 7
    deployment = answers[0].json()["data"]["deployment_id"]
    slipway.completed(deployment)
    assert len(slipway.plan_sizes(deployment)) == 1

    other = slipway.post("/deploy", {**body, "parameters": {"name": "twice"}}, key)
    assert (other.status, other.json()["code"]) == (409, "idempotency_key_reused")
    assert other.json()["deployment_id"] == deployment
