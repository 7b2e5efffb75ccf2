"""What may be asked of a deployment after its first operation."""

from __future__ import annotations

from typing import Any

import pytest

from functions.domain.codec import to_plain
from functions.domain.failures import Failure, FailureCode
from functions.domain.jobs.job_contract import Heartbeat, JobResult, Outcome
from functions.domain.jobs.terraform_state import StateLock
from functions.domain.status import OperationStatus, Phase, Resources
from tests.unit.api_client import ORIGIN, ApiClient
from tests.unit.life import ADA, BOB, client, done, of, planned
from tests.world import World

UNKNOWN = "deploy-000000000000"


@pytest.mark.parametrize("kind", ["plan", "apply", "destroy"])
def test_a_further_operation_is_taken_on_with_the_addresses_to_follow_it_by(kind: str) -> None:
    world = World()
    deployment = done(world)

    reply = client(world).post(of(deployment, f"/{kind}"), {"comment": "because"}, ADA)

    second = deployment.task_id.removesuffix("-1") + "-2"
    assert reply.status == 202
    assert (reply.json["id"], reply.json["kind"], reply.json["status"]) == (second, kind, "pending")
    assert (reply.json["created_by"], reply.json["comment"]) == ("ada", "because")
    assert reply.headers["Location"] == f"{ORIGIN}/api/v1/infrastructure/operations/{reply.json['id']}"
    assert reply.headers["Operation-Location"] == f"{ORIGIN}/operations/{second}"
    assert reply.headers["Retry-After"] == "5"


def test_an_operation_is_followed_to_its_own_end_whatever_else_its_deployment_awaits() -> None:
    world = World()
    api = client(world)
    deployment = planned(world)
    second = api.post(of(deployment, "/plan"), {})
    location = second.headers["Location"].removeprefix(ORIGIN)

    before = api.get(location)
    world.run(deployment, world.plan_result(plan=None))
    after = api.get(location)

    assert (before.status, before.headers["Location"]) == (202, second.headers["Location"])
    assert (after.status, after.json["id"], after.json["status"]) == (200, second.json["id"], "succeeded")
    assert api.get(of(deployment, "/wait")).status == 202


def test_operations_need_no_body_but_unlock() -> None:
    world = World()
    api = client(world)
    deployment = done(world)

    statuses = [api.request("POST", of(deployment, f"/{kind}")).status for kind in ("plan", "apply")]
    unlock = api.post(of(deployment, "/unlock"), {})

    assert statuses == [202, 202]
    assert (unlock.status, unlock.json["errors"][0]["pointer"]) == (422, "/lock_id")


def test_an_apply_with_new_parameters_changes_them_once_it_is_done() -> None:
    world = World()
    api = client(world)
    deployment = done(world, parameters={"name": "Ada"})

    api.post(of(deployment, "/apply"), {"parameters": {"name": "Grace"}})
    before = api.get(of(deployment)).json["parameters"]
    world.run(deployment)

    assert before == {"name": "Ada"}
    assert api.get(of(deployment)).json["parameters"] == {"name": "Grace"}


def test_wrong_parameters_are_all_named_and_nothing_is_written() -> None:
    world = World()
    api = client(world)
    deployment = done(world)

    reply = api.post(of(deployment, "/apply"), {"parameters": {"name": 7, "nome": "x"}})

    assert (reply.status, reply.json["code"]) == (422, "invalid_parameters")
    assert [error["pointer"] for error in reply.json["errors"]] == ["/parameters/name", "/parameters/nome"]
    assert len(api.get(of(deployment, "/operations")).json["operations"]) == 1


@pytest.mark.parametrize(
    ("kind", "body", "pointer"),
    [
        ("plan", {"confirm": "x"}, "/confirm"),
        ("apply", {"approval": "maybe"}, "/approval"),
        ("apply", {"parameters": []}, "/parameters"),
        ("destroy", {"parameters": {}}, "/parameters"),
        ("unlock", {"lock_id": "a b"}, "/lock_id"),
        ("unlock", {"lock_id": "-help"}, "/lock_id"),
        ("unlock", {"lock_id": ""}, "/lock_id"),
        ("recover", {"comment": "x" * 1025}, "/comment"),
        ("outputs/password/reveal", {"why": "x"}, "/why"),
    ],
)
def test_a_field_that_does_not_belong_there_is_refused(kind: str, body: Any, pointer: str) -> None:
    world = World()

    reply = client(world).post(of(done(world), f"/{kind}"), body)

    assert reply.status == 422
    assert [error["pointer"] for error in reply.json["errors"]] == [pointer]


@pytest.mark.parametrize("kind", ["plan", "apply", "destroy", "recover", "unlock"])
def test_what_is_not_there_cannot_be_changed(kind: str) -> None:
    body = {"lock_id": "x"} if kind == "unlock" else {}

    reply = ApiClient().post(f"/deployments/{UNKNOWN}/{kind}", body)

    assert (reply.status, reply.json["code"]) == (404, "deployment_not_found")


def test_a_repeated_request_with_its_key_makes_one_operation() -> None:
    world = World()
    api = client(world)
    deployment = done(world)
    key = {"Idempotency-Key": "k1"}

    first = api.post(of(deployment, "/apply"), {"parameters": {"name": "Grace"}}, key)
    again = api.post(of(deployment, "/apply"), {"parameters": {"name": "Grace"}}, key)
    other = api.post(of(deployment, "/apply"), {"parameters": {"name": "Eve"}}, key)
    elsewhere = api.post(of(deployment, "/plan"), {}, key)

    assert (first.status, again.status, again.json["id"]) == (202, 202, first.json["id"])
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (other.status, other.json["code"]) == (409, "idempotency_key_reused")
    assert elsewhere.json["id"] != first.json["id"]


def test_an_operation_that_waits_its_turn_says_what_for() -> None:
    world = World()
    api = client(world)
    deployment = world.claimed()

    second = api.post(of(deployment, "/apply"), {}).json
    third = api.post(of(deployment, "/plan"), {}).json

    assert (second["phase"], second["position"], second["blocked_by"]) == ("queued", 1, deployment.task_id)
    assert (third["phase"], third["position"], third["blocked_by"]) == ("queued", 2, deployment.task_id)


def test_too_many_unfinished_operations_are_refused() -> None:
    world = World()
    api = client(world)
    deployment = world.deploy().deployment

    replies = [api.post(of(deployment, "/plan"), {}) for _ in range(20)]

    assert {reply.status for reply in replies[:-1]} == {202}
    assert (replies[-1].status, replies[-1].json["code"]) == (409, "too_many_operations")
    assert replies[-1].headers["Retry-After"] == "5"


def test_the_operations_of_a_deployment_are_listed_newest_first() -> None:
    world = World()
    api = client(world)
    deployment = done(world)
    api.post(of(deployment, "/plan"), {})

    operations = api.get(of(deployment, "/operations")).json["operations"]

    assert [(operation["kind"], operation["status"]) for operation in operations] == [
        ("plan", "pending"),
        ("apply", "succeeded"),
    ]


def test_there_is_nothing_to_recover_unless_a_state_was_kept() -> None:
    world = World()
    api = client(world)
    failure = Failure(FailureCode.APPLY_FAILED, "the backend is away")
    result = JobResult(
        Outcome.FAILED,
        Resources.SOME,
        world.time,
        applied=True,
        failure=failure,
        errored_state="operations/x",
    )
    well, ill = done(world), world.run(world.deploy().deployment, result)

    refused, accepted = (api.post(of(deployment, "/recover"), {}) for deployment in (well, ill))

    assert (refused.status, refused.json["code"]) == (409, "nothing_to_recover")
    assert (accepted.status, accepted.json["kind"]) == (202, "recover")
    assert [api.get(of(deployment)).json["recoverable"] for deployment in (well, ill)] == [False, True]


def test_unlocking_names_the_lock() -> None:
    world = World()
    deployment = done(world)

    reply = client(world).post(of(deployment, "/unlock"), {"lock_id": "01630d82-a8b4", "comment": "dead"})

    assert (reply.status, reply.json["kind"], reply.json["lock_id"]) == (202, "unlock", "01630d82-a8b4")


def test_a_lock_in_the_way_is_shown_while_the_job_waits_for_it() -> None:
    world = World()
    api = client(world)
    deployment = world.claimed()
    lock = StateLock("01630d82", "ada@laptop", "OperationTypeApply", "2026-11-21 02:00:00 UTC")
    world.beat(deployment, Heartbeat(Phase.INITIALIZING, lock=lock))

    shown = [api.get(of(deployment, "/status")).json, api.get(f"/operations/{deployment.task_id}").json]

    assert [body["condition"] for body in shown] == ["state_locked"] * 2
    assert [body["lock"] for body in shown] == [to_plain(lock)] * 2


def test_cancelling_keeps_the_comment() -> None:
    world = World()
    api = client(world)
    deployment = world.applying()

    api.post(of(deployment, "/cancel"), {"comment": "wrong region"}, BOB)

    operation = api.get(f"/operations/{deployment.task_id}").json
    assert (operation["cancel_requested_by"], operation["cancel_comment"]) == ("bob", "wrong region")


def test_waiting_goes_on_while_a_plan_awaits_approval() -> None:
    world = World()
    deployment = planned(world)

    reply = client(world).get(of(deployment, "/wait"))

    assert deployment.operation.status is OperationStatus.AWAITING_APPROVAL
    assert (reply.status, reply.json["status"]) == (202, "awaiting_approval")
