from __future__ import annotations

import pytest

from functions.domain.deployments.deployment import Deployment
from tests.unit.api_client import ApiClient
from tests.world import World


def cancel(deployment: Deployment) -> str:
    return f"/deployments/{deployment.deployment_id}/cancel"


def test_what_has_not_begun_is_cancelled_at_once() -> None:
    world = World()
    deployment = world.deploy().deployment

    reply = ApiClient(world).post(cancel(deployment))

    assert (reply.status, reply.json["status"], reply.json["in_flight"]) == (200, "cancelled", [])


def test_a_runner_at_work_has_yet_to_stop_and_what_is_in_flight_is_named() -> None:
    world = World()
    deployment = world.applying()

    reply = ApiClient(world).post(cancel(deployment))

    assert (reply.status, reply.json["status"]) == (202, "running")
    assert reply.json["in_flight"] == reply.json["progress"]["in_flight"] == ["terraform_data.a"]
    assert reply.json["phase"] == "applying"
    assert reply.headers["Location"].endswith(f"/deployments/{deployment.deployment_id}/wait")


def test_cancelling_again_is_no_error() -> None:
    world = World()
    client = ApiClient(world)
    deployment = world.deploy().deployment

    first, again = client.post(cancel(deployment)), client.post(cancel(deployment))

    assert (first.status, again.status) == (200, 200)
    assert again.json == first.json


def test_what_has_ended_cannot_be_cancelled() -> None:
    world = World()
    deployment = world.applying()
    world.write_result(deployment, world.success())
    world.advance(deployment)

    reply = ApiClient(world).post(cancel(deployment))

    assert (reply.status, reply.json["code"]) == (409, "not_cancellable")


def test_the_one_who_cancelled_is_recorded() -> None:
    world = World()
    client = ApiClient(world)
    deployment = world.applying()

    client.post(cancel(deployment), headers={"x-functions-key": "a key"})

    operation = client.get(f"/operations/{deployment.task_id}").json
    assert operation["cancel_requested_by"].startswith("function-key:")


def test_a_body_is_not_needed_but_an_empty_object_is_taken() -> None:
    world = World()
    client = ApiClient(world)

    without = client.request("POST", cancel(world.deploy().deployment))

    assert (without.status, client.post(cancel(world.deploy().deployment), {}).status) == (200, 200)


@pytest.mark.parametrize("body", [{"force": True}, []])
def test_a_body_with_unknown_fields_is_refused(body: object) -> None:
    world = World()
    deployment = world.deploy().deployment

    reply = ApiClient(world).post(cancel(deployment), body)

    assert (reply.status, reply.json["code"]) == (422, "invalid_request")


def test_cancelling_what_is_not_there_is_not_found() -> None:
    assert ApiClient().post("/deployments/deploy-000000000000/cancel").status == 404
