"""One operation: its plan, its log, who decides on it, and asking for it once more."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.domain.codec import to_plain
from functions.domain.deployments.deployment import Deployment
from functions.domain.jobs import blob_names
from functions.domain.status import OperationKind
from tests.builders import a_plan
from tests.unit.api_client import ApiClient, Reply
from tests.unit.life import ADA, BOB, client, done, planned
from tests.world import World

ACTIONS = ["approve", "reject", "cancel", "retry"]


def tell(api: ApiClient, deployment: Deployment, action: str, who: dict[str, str], **body: Any) -> Reply:
    return api.post(f"/operations/{deployment.task_id}/{action}", body, who)


@pytest.mark.parametrize("operation_id", ["op-000000000000-1", "x", "op-0-0", "deploy-000000000000"])
def test_an_operation_that_is_not_there_is_not_found(operation_id: str) -> None:
    api = ApiClient()
    replies = [api.get(f"/operations/{operation_id}{part}") for part in ("", "/plan", "/logs")]
    replies += [api.post(f"/operations/{operation_id}/{action}", {}) for action in ACTIONS]

    assert {(reply.status, reply.json["code"]) for reply in replies} == {(404, "operation_not_found")}


def test_a_waiting_plan_shows_what_an_approval_would_mean() -> None:
    world = World()
    deployment = planned(world)

    shown = client(world).get(f"/operations/{deployment.task_id}").json

    assert (shown["status"], shown["approval"], shown["decision"]) == ("awaiting_approval", "plan", None)
    assert shown["plan"] == to_plain(a_plan(planned_at=world.time))
    assert shown["changes"] == {"add": 1, "change": 0, "remove": 0}
    assert shown["awaiting_since"] == "2026-11-21T03:00:00.000Z"
    assert shown["awaiting_until"] == "2026-11-28T03:00:00.000Z"
    assert shown["phase"] is None


def test_the_plan_is_shown_as_the_runner_summed_it_up() -> None:
    world = World()
    deployment = planned(world)
    summary = {"resources": [{"address": "terraform_data.a", "action": "create"}]}
    name = blob_names.plan_summary(deployment.task_id, 1)
    world.artifacts.create(name, json.dumps(summary).encode())

    shown = client(world).get(f"/operations/{deployment.task_id}/plan").json

    assert shown["operation_id"] == deployment.task_id
    assert shown["resources"] == summary["resources"]
    assert shown["plan"]["sha256"] == "1" * 64


def test_an_operation_that_has_not_planned_has_no_plan() -> None:
    world = World()
    deployment = world.deploy().deployment

    reply = client(world).get(f"/operations/{deployment.task_id}/plan")

    assert (reply.status, reply.json["code"]) == (404, "plan_not_found")
    assert "is 'pending' and has no plan: try again" in reply.json["detail"]


def test_an_operation_that_ended_without_a_plan_says_what_makes_one() -> None:
    world = World()
    failed, applied = world.run(world.deploy().deployment, world.failure()), done(world)

    details = [
        client(world).get(f"/operations/{operation.task_id}/plan").json["detail"]
        for operation in (failed, applied)
    ]

    assert f"POST /operations/{failed.task_id}/retry" in details[0]
    assert f"POST /deployments/{applied.deployment_id}/plan" in details[1]


def test_each_operation_has_a_log_of_its_own() -> None:
    world = World()
    api = client(world)
    deployment = done(world)
    world.artifacts.append(blob_names.log(deployment.task_id, 1), b"applied\n", offset=0)
    world.ask(deployment, OperationKind.PLAN)

    first = api.get(f"/operations/{deployment.task_id}/logs?offset=3")

    assert (first.body, first.headers["Slipway-Next-Offset"]) == (b"lied\n", "8")
    assert first.headers["Slipway-Log-Complete"] == "true"
    assert api.get(f"/deployments/{deployment.deployment_id}/logs").body == b""


def test_an_approval_is_kept_with_who_when_and_why() -> None:
    world = World()
    api = client(world)
    deployment = planned(world)

    reply = tell(api, deployment, "approve", BOB, comment="looks right")

    decision = {"approved": True, "by": "bob", "at": "2026-11-21T03:00:00.000Z", "comment": "looks right"}
    assert (reply.status, reply.json["status"], reply.json["decision"]) == (200, "pending", decision)
    assert tell(api, deployment, "approve", BOB).status == 200


def test_a_rejection_ends_the_operation_with_its_reason() -> None:
    world = World()
    api = client(world)
    deployment = planned(world)

    reply = tell(api, deployment, "reject", BOB, comment="too big")

    assert (reply.status, reply.json["status"]) == (200, "rejected")
    assert reply.json["error"]["message"] == "rejected by 'bob': too big"
    again = tell(api, deployment, "approve", ADA)
    assert (again.status, again.json["code"]) == (409, "not_awaiting_approval")


def test_who_asked_does_not_approve_where_the_environment_forbids_it() -> None:
    world = World()
    api = client(world)
    deployment = planned(world, env_id="prod")

    mine, theirs = (tell(api, deployment, "approve", who) for who in (ADA, BOB))

    assert (mine.status, mine.json["code"]) == (403, "self_approval")
    assert theirs.status == 200


def test_a_plan_that_is_too_old_is_stale_and_one_call_makes_a_new_one() -> None:
    world = World()
    api = client(world)
    deployment = planned(world)
    world.pass_time(world.ctx.policy.plan_seconds + 1)

    stale = tell(api, deployment, "approve", BOB)
    again = tell(api, deployment, "retry", ADA)

    assert (stale.status, stale.json["code"]) == (409, "plan_stale")
    assert (again.status, again.json["kind"], again.json["approval"]) == (202, "apply", "plan")
    assert again.json["id"] != deployment.task_id
    assert again.headers["Operation-Location"].endswith(again.json["id"])


def test_what_succeeded_is_not_retried() -> None:
    world = World()

    reply = tell(client(world), done(world), "retry", ADA)

    assert (reply.status, reply.json["code"]) == (409, "not_retryable")


def test_a_repeated_retry_with_its_key_makes_one_operation() -> None:
    world = World()
    api = client(world)
    deployment = world.run(world.deploy().deployment, world.failure())
    key = {**ADA, "Idempotency-Key": "k"}

    first, again = (tell(api, deployment, "retry", key) for _ in range(2))

    assert (first.status, again.status, again.json["id"]) == (202, 202, first.json["id"])


def test_an_operation_that_waits_is_cancelled_at_once() -> None:
    world = World()
    api = client(world)
    deployment = planned(world)

    reply = tell(api, deployment, "cancel", BOB, comment="never mind")

    assert (reply.status, reply.json["status"], reply.json["in_flight"]) == (200, "cancelled", [])
    assert tell(api, deployment, "approve", BOB).json["code"] == "not_awaiting_approval"


def test_an_operation_at_work_has_yet_to_stop() -> None:
    world = World()
    deployment = world.applying()

    reply = tell(client(world), deployment, "cancel", BOB)

    assert (reply.status, reply.json["status"]) == (202, "running")
    assert reply.json["in_flight"] == ["terraform_data.a"]
    assert reply.headers["Location"].endswith(f"/infrastructure/operations/{deployment.task_id}")
