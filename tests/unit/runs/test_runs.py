"""The infrastructure API: a stack, a workspace and an environment name one deployment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from functions.domain.deployments import transitions
from functions.domain.status import OperationKind
from functions.services.runs.stack import Stack, split_stack_path
from tests.builders import a_deployment
from tests.unit.api_client import ORIGIN
from tests.unit.life import GREETING, OPERATIONS, change_template, client, run
from tests.world import World


def test_the_first_run_makes_the_deployment() -> None:
    api = client(World())

    reply = run(api, "apply", vars={"name": "Ada"}, workspace="blue", env_id="staging")

    operation = reply.json
    assert reply.status == 202
    assert reply.headers["Location"] == f"{ORIGIN}{OPERATIONS}/{operation['id']}"
    assert reply.headers["Operation-Location"] == f"{ORIGIN}/operations/{operation['id']}"
    assert reply.headers["Retry-After"] == "5"
    deployment = api.get(f"/deployments/{operation['deployment_id']}").json
    assert (deployment["parameters"], deployment["workspace"]) == ({"name": "Ada"}, "blue")
    assert (deployment["env_id"], deployment["tags"]) == ("staging", {"environment": "staging"})
    assert deployment["created_by"] == "ada"


def test_an_operation_has_all_that_its_callers_know_of_it() -> None:
    operation = run(client(World()), "apply").json

    assert operation == {
        "id": operation["id"],
        "env_id": "dev",
        "action": "apply",
        "status": "pending",
        "stack_path": GREETING,
        "workspace": "default",
        "task_id": operation["id"],
        "deployment_id": f"deploy-{operation['id'].split('-')[1]}",
        "created_at": "2026-11-21T03:00:00.000Z",
        "created_by": "ada",
        "started_at": None,
        "completed_at": None,
        "duration_seconds": None,
        "phase": "queued",
        "progress": None,
        "condition": None,
        "lock": None,
        "position": None,
        "blocked_by": None,
        "plan_summary": None,
        "outputs": {},
        "sensitive_outputs": [],
        "error": None,
        "correlation_id": operation["correlation_id"],
    }


def test_a_run_is_followed_with_202_until_it_has_ended() -> None:
    world = World()
    api = client(world)
    started = run(api, "apply").json
    address = f"{OPERATIONS}/{started['id']}"

    before = api.get(address)
    result = world.success(sensitive_outputs=("password",), changes={"add": 1, "change": 0, "remove": 0})
    world.run(started["deployment_id"], result)
    after = api.get(address)

    assert (before.status, before.headers["Location"]) == (202, f"{ORIGIN}{address}")
    assert (after.status, after.json["status"]) == (200, "succeeded")
    assert after.json["outputs"] == {"greeting": "hello", "password": "***"}
    assert after.json["plan_summary"] == {"add": 1, "change": 0, "remove": 0}


def test_later_runs_act_on_the_deployment_that_is_there() -> None:
    world = World()
    api = client(world)
    planned = run(api, "plan").json
    world.run(planned["deployment_id"], world.plan_result(plan=None))

    applied = run(api, "apply", vars={"name": "Grace"}).json
    world.run(applied["deployment_id"])
    removed = run(api, "destroy").json

    assert planned["action"] == "plan"
    assert {run["deployment_id"] for run in (planned, applied, removed)} == {planned["deployment_id"]}
    assert [run["id"][-1] for run in (planned, applied, removed)] == ["1", "2", "3"]
    assert api.get(f"/deployments/{planned['deployment_id']}").json["parameters"] == {"name": "Grace"}


@pytest.mark.parametrize("other", [{"workspace": "blue"}, {"env_id": "prod"}])
def test_another_workspace_or_environment_is_another_deployment(other: dict[str, Any]) -> None:
    api = client(World())

    assert run(api, "apply").json["deployment_id"] != run(api, "apply", **other).json["deployment_id"]


def test_the_default_workspace_and_environment_are_those_of_a_run_that_names_none() -> None:
    api = client(World())

    named = run(api, "apply", workspace="default", env_id="dev")

    assert run(api, "apply").json["deployment_id"] == named.json["deployment_id"]


def test_what_was_never_run_cannot_be_destroyed() -> None:
    reply = run(client(World()), "destroy")

    assert (reply.status, reply.json["code"]) == (404, "deployment_not_found")


def test_a_stack_whose_template_has_left_the_catalog_can_still_be_destroyed() -> None:
    world = World()
    api = client(world)
    first = run(api, "apply").json
    world.run(first["deployment_id"])
    world.catalog.entries.clear()

    reply = run(api, "destroy")

    assert (reply.status, reply.json["deployment_id"]) == (202, first["deployment_id"])
    assert run(api, "destroy", workspace="blue").json["code"] == "unknown_template"


def test_first_runs_at_the_same_time_act_on_one_deployment() -> None:
    world = World()
    api = client(world)

    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda _: run(api, "apply"), range(4)))

    assert {reply.status for reply in replies} == {202}
    assert len({reply.json["deployment_id"] for reply in replies}) == 1
    assert len({reply.json["id"] for reply in replies}) == 4


@pytest.mark.parametrize("earlier", [0, 1])
def test_a_repeated_run_with_its_key_is_the_same_operation(earlier: int) -> None:
    api = client(World())
    for _ in range(earlier):
        run(api, "apply")
    key = {"Idempotency-Key": "k"}

    first, again = (run(api, "apply", key, vars={"name": "Ada"}) for _ in range(2))
    other = run(api, "apply", key, vars={"name": "Eve"})

    assert (first.status, again.status, again.json["id"]) == (202, 202, first.json["id"])
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (other.status, other.json["code"]) == (409, "idempotency_key_reused")


def test_a_deployment_that_has_the_id_by_chance_is_left_alone() -> None:
    world = World()
    api = client(world)
    taken, free, *_ = Stack(GREETING, "default", "dev").candidates()
    world.store.create(transitions.accepted(a_deployment(taken, template_name="other")))

    assert run(api, "apply").json["deployment_id"] == free
    assert run(api, "plan").json["deployment_id"] == free


def test_every_wrong_field_is_named_at_once() -> None:
    reply = run(client(World()), "applly", workspace="a b", env_id="moon", vars={"name": 7}, more=1)

    assert reply.status == 422
    pointers = {error["pointer"] for error in reply.json["errors"]}
    assert pointers == {"/action", "/workspace", "/env_id", "/vars/name", "/more"}


def test_a_wrong_environment_is_named_where_the_stack_is_missing() -> None:
    reply = client(World()).post("/api/v1/infrastructure/runs", {"action": "plan", "env_id": "moon"})

    assert {error["pointer"] for error in reply.json["errors"]} == {"/stack_path", "/env_id"}


def test_the_fields_that_no_schema_knows_are_named_at_once_too() -> None:
    reply = run(client(World()), "apply", stack_path="terraform/moon/x", env_id="moon")

    assert (reply.status, reply.json["code"]) == (422, "invalid_request")
    assert [error["pointer"] for error in reply.json["errors"]] == ["/env_id", "/stack_path"]
    assert reply.json["errors"][0]["expected"] == ["dev", "prod", "staging"]


def test_a_stack_that_is_not_there_and_variables_that_do_not_fit_are_named_as_the_caller_named_them() -> None:
    api = client(World())

    unknown = run(api, "apply", stack_path="terraform/local/greting")
    unfit = run(api, "apply", vars={"name": 7, "nome": "x"})

    assert (unknown.status, unknown.json["errors"][0]["pointer"]) == (422, "/stack_path")
    assert (unfit.status, unfit.json["code"]) == (422, "invalid_parameters")
    assert [error["pointer"] for error in unfit.json["errors"]] == ["/vars/name", "/vars/nome"]


def test_a_sensitive_variable_need_not_be_given_again() -> None:
    world = World()
    schema = {"type": "object", "required": ["password"], "properties": {"password": {"type": "string"}}}
    change_template(world, sensitive_parameters=("password",), parameters=schema)
    api = client(world)

    without = run(api, "apply", vars={})
    first = run(api, "apply", vars={"password": "hunter2"})
    later = run(api, "apply", vars={})

    assert (without.status, first.status, later.status) == (422, 202, 202)
    record = api.get(f"/deployments/{first.json['deployment_id']}").json
    assert (record["parameters"], record["sensitive_parameters"]) == ({"password": "***"}, ["password"])


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("terraform/aws/storage-bucket", ("terraform-aws", "storage-bucket")),
        ("terraform/local/greeting", ("terraform-local", "greeting")),
        ("bicep/x", ("azure", "x")),
    ],
)
def test_a_stack_path_is_a_templates_address(path: str, template: tuple[str, str]) -> None:
    assert split_stack_path(path) == template
    provider_type, name = template
    deployment = a_deployment(provider_type=provider_type, template_name=name)
    assert deployment.template_address == path


@pytest.mark.parametrize(
    "path",
    ["", "greeting", "bicep", "bicep/", "bicep/a/b", "terraform/aws", "terraform/aws/a/b", "/", "a/b/c"],
)
def test_anything_else_is_no_stack_path(path: str) -> None:
    reply = run(client(World()), "apply", stack_path=path)

    assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, "/stack_path")


def test_a_run_is_an_operation_like_any_other() -> None:
    world = World()
    api = client(world)
    deployment = world.run(world.deploy().deployment)
    world.ask(deployment, OperationKind.DESTROY)

    shown = api.get(f"{OPERATIONS}/{deployment.task_id.removesuffix('1')}2").json

    assert (shown["action"], shown["stack_path"], shown["status"]) == ("destroy", GREETING, "pending")
    assert api.get(f"{OPERATIONS}/op-000000000000-1").json["code"] == "operation_not_found"
