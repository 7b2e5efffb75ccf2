"""Who decides on a user's request, and what it is from then on."""

from __future__ import annotations

from functions.services.orchestration.advance import advance
from tests.unit.life import ADA, BOB, client, destroyed
from tests.unit.requests_world import REQUESTS, a_world, decide, submit


def test_an_approved_request_is_provisioned() -> None:
    world = a_world()
    api = client(world)
    request_id = submit(api).json["id"]

    approved = decide(api, request_id, "approve", BOB, "fine")
    advance(world.ctx, request_id)
    running = api.get(f"{REQUESTS}/{request_id}").json["status"]
    world.run(request_id)
    provisioned = api.get(f"{REQUESTS}/{request_id}").json

    decision = {"approved": True, "by": "bob", "at": "2026-11-21T03:00:00.000Z", "comment": "fine"}
    assert (approved.status, approved.json["status"], approved.json["decision"]) == (
        200,
        "approved",
        decision,
    )
    assert running == "provisioning"
    assert (provisioned["status"], provisioned["outputs"]) == ("provisioned", {"greeting": "hello"})
    assert provisioned["decision"] == decision


def test_approving_twice_is_no_error_and_changes_nothing() -> None:
    api = client(a_world())
    request_id = submit(api).json["id"]

    first, again = (decide(api, request_id, "approve", BOB, notes) for notes in ("fine", "finer"))

    assert (first.status, again.status, again.json["decision"]["comment"]) == (200, 200, "fine")


def test_a_rejected_request_is_over_and_says_why() -> None:
    world = a_world()
    api = client(world)
    request_id = submit(api).json["id"]

    rejected = decide(api, request_id, "reject", BOB, "no budget")
    late = decide(api, request_id, "approve", BOB)
    advance(world.ctx, request_id)

    assert (rejected.status, rejected.json["status"]) == (200, "rejected")
    assert rejected.json["decision"]["comment"] == "no budget"
    assert (late.status, late.json["code"]) == (409, "not_awaiting_approval")
    assert world.launcher.started == []


def test_notes_may_be_left_out() -> None:
    api = client(a_world())
    address = f"/api/v1/admin/requests/{submit(api).json['id']}/approve"

    assert api.request("PUT", address, headers=BOB).json["decision"]["comment"] is None


def test_who_asked_does_not_approve_where_the_environment_forbids_it() -> None:
    api = client(a_world())
    request_id = submit(api, env_id="prod").json["id"]

    mine = decide(api, request_id, "approve", ADA)

    assert (mine.status, mine.json["code"]) == (403, "self_approval")


def test_where_a_plan_must_be_approved_too_the_request_does_not_approve_it() -> None:
    world = a_world()
    api = client(world)
    request_id = submit(api, env_id="staging").json["id"]
    decide(api, request_id, "approve", BOB, "fine")
    world.run(request_id, world.plan_result())

    request = api.get(f"{REQUESTS}/{request_id}").json
    again = decide(api, request_id, "approve", BOB)

    assert (request["status"], request["decision"]["comment"]) == ("approved", "fine")
    assert (again.status, again.json["code"]) == (409, "not_awaiting_approval")
    assert f"/operations/{request['task_id']}/plan" in again.json["detail"]
    plan = {"plan_sha256": api.get(f"/operations/{request['task_id']}").json["plan"]["sha256"]}
    assert api.post(f"/operations/{request['task_id']}/approve", plan, BOB).status == 200
    world.run(request_id)
    assert api.get(f"{REQUESTS}/{request_id}").json["status"] == "provisioned"


def test_a_dry_run_ends_as_an_approved_request_with_its_plan() -> None:
    world = a_world()
    api = client(world)
    request_id = submit(api, dry_run=True).json["id"]
    decide(api, request_id, "approve", BOB)
    world.run(request_id, world.plan_result(plan=None))

    assert api.get(f"{REQUESTS}/{request_id}").json["status"] == "approved"
    assert api.get(f"/deployments/{request_id}/status").json["resources"] == "none"


def test_a_request_that_failed_is_asked_for_once_more_and_approved_once_more() -> None:
    world = a_world()
    api = client(world)
    request_id = submit(api).json["id"]
    decide(api, request_id, "approve", BOB, "fine")
    world.run(request_id, world.failure())
    failed = api.get(f"{REQUESTS}/{request_id}").json

    api.post(f"/operations/{failed['task_id']}/retry", headers=ADA)
    waiting = api.get(f"{REQUESTS}/{request_id}").json["status"]
    approved = decide(api, request_id, "approve", BOB, "once more")

    assert (failed["status"], failed["error"]["code"], waiting) == ("failed", "plan_failed", "pending")
    assert (approved.json["status"], approved.json["decision"]["comment"]) == ("approved", "once more")


def test_a_request_keeps_its_decision_and_status_while_its_deployment_goes_on() -> None:
    world = a_world()
    api = client(world)
    request_id = submit(api).json["id"]
    decide(api, request_id, "approve", BOB, "fine")
    world.run(request_id)

    api.post(f"/deployments/{request_id}/plan", {}, ADA)
    waiting = api.get(f"{REQUESTS}/{request_id}").json
    world.run(request_id, world.plan_result(plan=None))
    api.post(f"/deployments/{request_id}/destroy", {}, ADA)
    world.run(request_id, destroyed(world))

    assert (waiting["status"], waiting["decision"]["comment"]) == ("provisioned", "fine")
    assert api.get(f"{REQUESTS}/{request_id}").json["status"] == "destroyed"


def test_an_approver_sees_what_is_to_be_decided() -> None:
    world = a_world()
    api = client(world)
    waiting, approved = (submit(api).json["id"] for _ in range(2))
    for request_id in (waiting, approved):
        world.advance(world.deployment(request_id))
    decide(api, approved, "approve", BOB)

    pending = api.get(f"{REQUESTS}?status=pending").json["requests"]

    assert [request["id"] for request in pending] == [waiting]
    assert api.get(f"{REQUESTS}?status=done").status == 400
