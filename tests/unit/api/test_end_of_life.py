"""Destroying, forgetting, and the secrets that a deployment has until then."""

from __future__ import annotations

from dataclasses import replace

from functions.domain.failures import FailureCode
from tests.unit.life import ADA, BOB, change_template, client, destroyed, done, of, run, with_secret
from tests.world import World


def test_destroying_twice_answers_with_the_operation_that_did_it() -> None:
    world = World()
    api = client(world)
    deployment = done(world)

    first = api.post(of(deployment, "/destroy"), {})
    under_way = api.post(of(deployment, "/destroy"), {})
    world.run(deployment, destroyed(world))
    done_already = api.post(of(deployment, "/destroy"), {})

    assert [reply.status for reply in (first, under_way, done_already)] == [202, 202, 200]
    assert first.json["id"] == under_way.json["id"] == done_already.json["id"]
    assert done_already.json["status"] == "succeeded"
    assert api.get(of(deployment, "/status")).json["status"] == "destroyed"


def test_a_protected_template_is_destroyed_by_its_name_only() -> None:
    world = World()
    change_template(world, protected=True)
    api = client(world)
    deployment = done(world)

    without, wrong, right = (
        api.post(of(deployment, "/destroy"), body) for body in ({}, {"confirm": "x"}, {"confirm": "greeting"})
    )

    assert (without.status, without.json["code"]) == (409, "confirmation_required")
    assert without.json["errors"][0]["expected"] == "greeting"
    assert (wrong.status, right.status) == (409, 202)


def test_a_protected_stack_is_destroyed_by_a_run_that_names_it() -> None:
    world = World()
    change_template(world, protected=True)
    api = client(world)
    world.run(run(api, "apply").json["deployment_id"])

    without, right = run(api, "destroy"), run(api, "destroy", confirm="greeting")

    assert (without.status, without.json["code"], right.status) == (409, "confirmation_required", 202)


def test_nothing_goes_on_without_a_state_that_could_not_be_written_unless_somebody_says_so() -> None:
    world = World()
    api = client(world)
    result = replace(world.failure(FailureCode.APPLY_FAILED), applied=True, errored_state="operations/x")
    deployment = world.run(world.deploy().deployment, result)

    refused = api.post(of(deployment, "/apply"), {})
    accepted = api.post(of(deployment, "/destroy"), {"discard_errored_state": True})

    assert (refused.status, refused.json["code"], accepted.status) == (409, "recovery_needed", 202)


def test_a_deployment_without_resources_is_forgotten_whole() -> None:
    world = World()
    api = client(world)
    deployment = done(world)
    api.post(of(deployment, "/destroy"), {})
    world.run(deployment, destroyed(world))

    reply = api.delete(of(deployment))

    assert (reply.status, reply.body) == (204, b"")
    assert api.get(of(deployment)).status == api.delete(of(deployment)).status == 404
    assert api.get(f"/operations/{deployment.task_id}").json["code"] == "operation_not_found"


def test_what_has_resources_or_work_to_do_is_not_forgotten() -> None:
    world = World()
    api = client(world)
    busy, full = world.deploy().deployment, done(world)

    refused = [api.delete(of(deployment)) for deployment in (busy, full)]

    assert [(reply.status, reply.json["code"], reply.headers.get("Retry-After")) for reply in refused] == [
        (409, "deployment_busy", "5"),
        (409, "has_resources", None),
    ]
    assert api.get(of(full)).status == 200


def test_a_sensitive_output_is_revealed_to_who_may_see_it() -> None:
    world = World()
    api = client(world)
    deployment = with_secret(world)

    mine = api.post(of(deployment, "/outputs/password/reveal"), headers=ADA)
    theirs = api.post(of(deployment, "/outputs/password/reveal"), headers=BOB)
    none = api.post(of(deployment, "/outputs/greeting/reveal"), headers=ADA)

    assert (mine.status, mine.json) == (200, {"name": "password", "value": "hunter2"})
    assert mine.headers["Cache-Control"] == "no-store"
    assert (theirs.status, theirs.json["code"]) == (403, "reveal_forbidden")
    assert (none.status, none.json["code"]) == (404, "output_not_found")
    assert "hunter2" not in api.get(of(deployment)).body.decode()


def test_a_sealed_output_that_was_changed_is_not_revealed() -> None:
    world = World()
    deployment = with_secret(world)
    blob = deployment.sealed_outputs
    assert blob is not None
    world.artifacts.overwrite(blob, b"other bytes")

    reply = client(world).post(of(deployment, "/outputs/password/reveal"), headers=ADA)

    assert (reply.status, reply.json["code"]) == (500, "seal_broken")
