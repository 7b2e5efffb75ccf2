"""Approval, dry runs, a time to live and environments, as POST /deploy takes them."""

from __future__ import annotations

from typing import Any

import pytest

from functions.domain.jobs.terraform_state import StateRecord
from tests.unit.api_client import ApiClient
from tests.unit.life import change_template, done
from tests.world import World


def record(api: ApiClient, **changes: Any) -> Any:
    deployment_id = api.deploy(**changes).json["data"]["deployment_id"]
    return api.get(f"/deployments/{deployment_id}").json


def test_without_a_word_the_default_environment_decides() -> None:
    shown = record(ApiClient())

    assert (shown["env_id"], shown["approval"], shown["expires_at"]) == ("dev", "none", None)
    assert (shown["workspace"], shown["backend_type"], shown["recoverable"]) == ("default", "local", False)
    assert (shown["request"], shown["sensitive_parameters"]) == (None, [])


def test_an_environment_gives_its_tags_and_its_approval() -> None:
    shown = record(ApiClient(), env_id="staging", tags={"team": "platform"})

    assert (shown["env_id"], shown["approval"]) == ("staging", "plan")
    assert shown["tags"] == {"environment": "staging", "team": "platform"}


def test_an_environment_that_there_is_none_of_is_refused_with_those_that_are() -> None:
    reply = ApiClient().deploy(env_id="moon")

    assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, "/env_id")
    assert reply.json["errors"][0]["expected"] == ["dev", "prod", "staging"]


def test_a_caller_may_ask_for_more_approval_than_the_environment_but_not_for_less() -> None:
    api = ApiClient()

    assert record(api, approval="request")["status"] == "awaiting_approval"
    reply = api.deploy(env_id="prod", approval="none")
    assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, "/approval")


def test_a_dry_run_ends_completed_with_its_summary_and_without_resources() -> None:
    world = World()
    api = ApiClient(world)
    deployment_id = api.deploy(dry_run=True).json["data"]["deployment_id"]

    world.run(deployment_id, world.plan_result(plan=None))

    status = api.get(f"/deployments/{deployment_id}/status").json
    operation = api.get(f"/operations/{status['task_id']}").json
    assert (status["status"], status["resources"], operation["kind"]) == ("completed", "none", "plan")
    assert operation["changes"] == {"add": 1, "change": 0, "remove": 0}


@pytest.mark.parametrize(
    ("ttl", "expires_at"),
    [
        ("PT1M", "2026-11-21T03:01:00.000Z"),
        ("PT90S", "2026-11-21T03:01:30.000Z"),
        ("P1DT12H", "2026-11-22T15:00:00.000Z"),
        ("P2W", "2026-12-05T03:00:00.000Z"),
        ("P1W2DT3H4M5S", "2026-11-30T06:04:05.000Z"),
        ("P365D", "2027-11-21T03:00:00.000Z"),
    ],
)
def test_a_time_to_live_says_when_the_deployment_is_destroyed(ttl: str, expires_at: str) -> None:
    assert record(ApiClient(), ttl=ttl)["expires_at"] == expires_at


@pytest.mark.parametrize(
    "ttl",
    [
        "P",
        "PT",
        "P1DT",
        "PT59S",
        "P366D",
        "1D",
        "p1d",
        "P1.5D",
        "-P1D",
        "PT1D",
        "P1H",
        "PT1S1M",
        "P1D ",
        "P٣D",
    ],
)
def test_any_other_time_to_live_is_refused(ttl: str) -> None:
    reply = ApiClient().deploy(ttl=ttl)

    assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, "/ttl")
    assert "years" not in reply.json["errors"][0]["detail"]


@pytest.mark.parametrize("ttl", ["P1Y", "P2M", "P1Y6M", "P1M1D", "P1YT1H"])
def test_years_and_months_are_refused_with_the_reason(ttl: str) -> None:
    (problem,) = ApiClient().deploy(ttl=ttl).json["errors"]

    assert "years and months vary in length" in problem["detail"]


def test_a_sensitive_parameter_is_named_and_hidden() -> None:
    world = World()
    change_template(world, sensitive_parameters=("name",))

    shown = record(ApiClient(world), parameters={"name": "hunter2"})

    assert (shown["parameters"], shown["sensitive_parameters"]) == ({"name": "***"}, ["name"])


def test_the_state_is_shown_as_it_was_recorded() -> None:
    world = World()
    state = StateRecord("s3", {"bucket": "states", "key": "a"}, "slipway", 3, "lineage", world.time)
    deployment = world.run(world.deploy().deployment, world.success(state=state))

    shown = ApiClient(world).get(f"/deployments/{deployment.deployment_id}").json

    assert shown["state"] == {
        "backend_type": "s3",
        "backend_config": {"bucket": "states", "key": "a"},
        "workspace": "slipway",
        "serial": 3,
        "lineage": "lineage",
        "last_modified": "2026-11-21T03:00:00.000Z",
    }


def test_every_link_of_a_record_leads_somewhere() -> None:
    world = World()
    api = ApiClient(world)
    deployment = done(world)

    links = api.get(f"/deployments/{deployment.deployment_id}").json["links"]

    for name, address in links.items():
        allowed = api.request("OPTIONS", address.removeprefix("https://slipway.example"))
        assert (name, allowed.status) == (name, 204)
