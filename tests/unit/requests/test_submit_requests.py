"""Users ask for a resource by its type, somebody else approves, and only then anything runs."""

from __future__ import annotations

import pytest

from functions.services.orchestration.advance import advance
from tests.unit.api_client import ORIGIN
from tests.unit.life import BOB, change_template, client
from tests.unit.requests_world import REQUESTS, a_world, decide, submit


def test_a_request_is_written_down_and_nothing_is_run() -> None:
    world = a_world()
    api = client(world)

    reply = submit(api, team_id="analytics")

    request_id = reply.json["id"]
    assert reply.status == 201
    assert reply.headers["Location"] == f"{ORIGIN}{REQUESTS}/{request_id}"
    assert reply.json == {
        "id": request_id,
        "deployment_id": request_id,
        "task_id": f"op-{request_id.removeprefix('deploy-')}-1",
        "name": "reports",
        "resource_type": "s3",
        "config": {"size": "small"},
        "team_id": "analytics",
        "status": "pending",
        "env_id": "dev",
        "created_by": "ada",
        "created_at": "2026-11-21T03:00:00.000Z",
        "decision": None,
        "outputs": {},
        "sensitive_outputs": [],
        "error": None,
    }
    assert api.get(f"{REQUESTS}/{request_id}").json == reply.json
    for _ in range(3):
        advance(world.ctx, request_id)
    assert world.launcher.started == []


def test_the_size_gives_the_parameters_that_the_user_does_not() -> None:
    api = client(a_world())

    request = submit(api, config={"size": "large", "copies": 2}).json

    parameters = api.get(f"/deployments/{request['id']}").json["parameters"]
    assert parameters == {"bucket_name": "reports", "copies": 2, "class": "t9"}


@pytest.mark.parametrize("size", ["huge", 7, ["small"], None])
def test_a_size_that_there_is_none_of_is_refused(size: object) -> None:
    reply = submit(client(a_world()), config={"size": size})

    assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, "/config/size")


def test_wrong_fields_are_named_as_the_user_named_them() -> None:
    reply = submit(client(a_world()), name="Reports!", config={"copies": "two", "region": "x"})

    assert (reply.status, reply.json["code"]) == (422, "invalid_parameters")
    assert {error["pointer"] for error in reply.json["errors"]} == {
        "/name",
        "/config/copies",
        "/config/region",
    }


def test_a_resource_type_that_no_template_serves_is_refused_with_those_that_are() -> None:
    reply = submit(client(a_world()), resource_type="database")

    assert (reply.status, reply.json["code"]) == (422, "resource_type_unavailable")
    assert reply.json["errors"][0]["expected"] == ["s3"]


@pytest.mark.parametrize("field", ["name", "resource_type"])
def test_name_and_resource_type_are_needed(field: str) -> None:
    body = {"name": "reports", "resource_type": "s3"}
    del body[field]

    reply = client(a_world()).post(f"{REQUESTS}/submit", body)

    assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, f"/{field}")


def test_a_secret_in_a_request_is_shown_nowhere() -> None:
    world = a_world()
    api = client(world)

    reply = submit(api, config={"password": "hunter2"})

    assert reply.json["config"] == {"password": "***"}
    assert "hunter2" not in api.get(f"/deployments/{reply.json['id']}").body.decode()
    assert "hunter2" not in repr(world.deployment(reply.json["id"]))


def test_a_repeated_submission_with_its_key_is_the_same_request() -> None:
    api = client(a_world())
    key = {"Idempotency-Key": "k"}

    first, again = submit(api, key), submit(api, key)

    assert (first.status, again.status, again.json["id"]) == (201, 201, first.json["id"])
    assert again.headers["Idempotent-Replayed"] == "true"


def test_a_repeated_submission_gets_its_first_answer_though_the_template_takes_it_no_more() -> None:
    world = a_world()
    api = client(world)
    key = {"Idempotency-Key": "k"}
    first = submit(api, key)
    strict = {"type": "object", "properties": {"bucket_name": {"type": "string", "maxLength": 3}}}
    change_template(world, parameters=strict)

    assert submit(api, key).json["id"] == first.json["id"]
    assert submit(api).status == 422


def test_requests_are_listed_newest_first_and_deployments_are_not_among_them() -> None:
    world = a_world()
    api = client(world)
    ids = []
    for name in ("one", "two", "three"):
        ids.append(submit(api, name=name).json["id"])
        world.pass_time(1)
    for deployment_id in (*ids, world.deploy().deployment.deployment_id):
        world.index.put_list_rows(world.deployment(deployment_id))

    first = api.get(f"{REQUESTS}?limit=2").json
    second = api.get(first["next"].removeprefix(ORIGIN)).json

    assert [request["name"] for request in first["requests"]] == ["three", "two"]
    assert [request["name"] for request in second["requests"]] == ["one"]
    assert second["next"] is None


@pytest.mark.parametrize("of", ["nobody", "deployment"])
def test_what_is_no_request_is_not_found(of: str) -> None:
    world = a_world()
    api = client(world)
    known = world.deploy().deployment.deployment_id
    request_id = {"nobody": "x", "deployment": known}[of]

    replies = [
        api.get(f"{REQUESTS}/{request_id}"),
        decide(api, request_id, "approve", BOB),
        decide(api, request_id, "reject", BOB),
    ]

    assert {(reply.status, reply.json["code"]) for reply in replies} == {(404, "request_not_found")}
