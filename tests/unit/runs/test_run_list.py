"""The list of runs, and which of them shows outputs."""

from __future__ import annotations

from typing import Any

import pytest

from functions.domain.status import Approval, OperationKind
from tests.unit.api_client import ORIGIN, ApiClient
from tests.unit.life import GREETING, OPERATIONS, client, destroyed, run
from tests.world import World


def listed(api: ApiClient, query: str = "") -> list[Any]:
    runs: list[Any] = api.get(f"{OPERATIONS}?{query}").json["operations"]
    return runs


def test_an_apply_shows_its_outputs_until_something_newer_was_applied() -> None:
    world = World()
    api = client(world)
    first = run(api, "apply").json
    world.run(first["deployment_id"])
    run(api, "plan")
    shown = [api.get(f"{OPERATIONS}/{first['id']}").json["outputs"]]
    world.run(first["deployment_id"], world.plan_result(plan=None))
    shown.append(api.get(f"{OPERATIONS}/{first['id']}").json["outputs"])
    second = run(api, "apply").json
    world.run(first["deployment_id"], world.success(outputs={"greeting": "hi"}))

    assert shown == [{"greeting": "hello"}] * 2
    assert [api.get(f"{OPERATIONS}/{run['id']}").json["outputs"] for run in (first, second)] == [
        {},
        {"greeting": "hi"},
    ]


def test_nothing_of_a_destroyed_stack_is_shown() -> None:
    world = World()
    api = client(world)
    first = run(api, "apply").json
    world.run(first["deployment_id"])
    run(api, "destroy")
    world.run(first["deployment_id"], destroyed(world))

    assert api.get(f"{OPERATIONS}/{first['id']}").json["outputs"] == {}


def stacks(world: World, api: ApiClient) -> None:
    """Two applies of one stack, one of another."""
    for env_id in ("dev", "dev", "staging"):
        deployment_id = run(api, "apply", env_id=env_id).json["deployment_id"]
        world.index.put_list_rows(world.deployment(deployment_id))
        world.pass_time(1)


def test_the_list_has_the_unfinished_operations_of_each_deployment() -> None:
    world = World()
    api = client(world)
    stacks(world, api)

    environments = [(run["env_id"], run["id"][-1]) for run in listed(api)]
    assert environments == [("staging", "1"), ("dev", "1"), ("dev", "2")]
    assert [run["env_id"] for run in listed(api, "env_id=dev")] == ["dev", "dev"]
    assert listed(api, "workspace=blue") == []
    assert len(listed(api, f"stack_path={GREETING}&status=pending")) == 3


def test_what_awaits_approval_is_listed_whatever_else_its_deployment_does() -> None:
    world = World()
    api = client(world)
    deployment = world.deploy(approval=Approval.PLAN).deployment
    world.run(deployment, world.plan_result())
    world.ask(deployment, OperationKind.PLAN)
    world.advance(deployment)

    assert [run["id"] for run in listed(api, "status=awaiting_approval")] == [deployment.task_id]


def test_the_list_of_one_stack_has_all_its_operations_page_by_page() -> None:
    world = World()
    api = client(world)
    stacks(world, api)
    query = f"stack_path={GREETING}&workspace=default&env_id=dev"

    first = api.get(f"{OPERATIONS}?{query}&limit=1").json
    second = api.get(first["next"].removeprefix(ORIGIN)).json

    assert [run["id"][-1] for run in listed(api, query)] == ["2", "1"]
    assert [run["id"][-1] for run in (*first["operations"], *second["operations"])] == ["2", "1"]
    assert (second["continuation_token"], second["next"]) == (None, None)
    assert listed(api, query.replace("=dev", "=prod")) == []
    assert [run["id"][-1] for run in listed(api, f"{query}&status=running")] == []


@pytest.mark.parametrize("query", ["", f"stack_path={GREETING}&workspace=default&env_id=dev&"])
def test_a_token_of_another_list_is_refused(query: str) -> None:
    reply = client(World()).get(f"{OPERATIONS}?{query}continuation_token=%C2%B2x")

    assert (reply.status, reply.json["code"]) == (400, "bad_token")
