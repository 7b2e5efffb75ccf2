"""User requests, and the decisions of an admin."""

from __future__ import annotations

from typing import Any

from tests.contract.scenarios.recording import Recording
from tests.contract.scenarios.worlds import DECISIONS, OPERATIONS, REQUESTS, UNKNOWN
from tests.unit.api_client import ORIGIN
from tests.unit.life import destroyed
from tests.unit.requests_world import a_world
from tests.world import World

_BOB = {"X_Slipway_User": "bob"}
_SUBMIT = f"{REQUESTS}/submit"
_REPORTS: dict[str, Any] = {"name": "reports", "resource_type": "s3", "config": {"size": "small"}}


def record(recording: Recording) -> None:
    """Record requests from their submission to their end, their lists, and refused ones."""
    _life(recording)
    _in_prod(recording)
    _rejected(recording)
    _listed(recording)
    _refused(recording)


def _life(recording: Recording) -> None:
    world = a_world()
    caller = recording.over(world)
    config = {"size": "large", "copies": 2, "password": "hunter2"}
    body = {**_REPORTS, "config": config, "team_id": "analytics"}
    key = {"Idempotency_Key": "k1"}
    request_id = caller.post("submit", _SUBMIT, body, **key).json["id"]
    caller.post("submit once more", _SUBMIT, body, **key)
    caller.post("submit with another body", _SUBMIT, _REPORTS, **key)
    address = f"{REQUESTS}/{request_id}"
    caller.get("request that is pending", address)
    caller.get("record of a request", f"/deployments/{request_id}")
    approve = f"{DECISIONS}/{request_id}/approve"
    caller.put("approve", approve, {"notes": "within budget"}, **_BOB)
    caller.put("approve once more", approve, {}, **_BOB)
    caller.put("approve after somebody else", approve, {})
    caller.put("reject after an approval", f"{DECISIONS}/{request_id}/reject", {})
    world.advance(world.deployment(request_id))
    caller.get("request that is provisioned by now", address)
    world.run(request_id)
    caller.get("request that is provisioned", address)
    caller.post("destroy what was requested", f"/deployments/{request_id}/destroy", {})
    world.run(request_id, destroyed(world))
    caller.get("request that is destroyed", address)


def _in_prod(recording: Recording) -> None:
    world = a_world()
    caller = recording.over(world)
    request = caller.post("submit in prod", _SUBMIT, {**_REPORTS, "env_id": "prod"}).json
    address = f"{DECISIONS}/{request['id']}/approve"
    caller.put("approve in prod by who asked", address, {})
    caller.put("approve in prod", address, {}, **_BOB)
    world.run(request["id"], world.plan_result())
    caller.get("request in prod whose plan awaits approval", f"{REQUESTS}/{request['id']}")
    caller.put("approve in prod once more", address, {}, **_BOB)
    operation = f"{OPERATIONS}/{request['task_id']}"
    caller.post("approve the plan without naming it", f"{operation}/approve", {}, **_BOB)
    caller.post("approve the plan", f"{operation}/approve", {"plan_sha256": "1" * 64}, **_BOB)
    caller.get("operation with both decisions", operation)
    dry = caller.post("submit a dry run", _SUBMIT, {**_REPORTS, "dry_run": True}).json["id"]
    caller.put("approve a dry run", f"{DECISIONS}/{dry}/approve", {}, **_BOB)
    world.run(dry, world.plan_result(plan=None))
    caller.get("request that was a dry run", f"{REQUESTS}/{dry}")


def _rejected(recording: Recording) -> None:
    world = a_world()
    caller = recording.over(world)
    request_id = caller.post("submit what is rejected", _SUBMIT, _REPORTS).json["id"]
    caller.post("plan behind a request", f"/deployments/{request_id}/plan", {})
    caller.put("reject", f"{DECISIONS}/{request_id}/reject", {"notes": "no budget"}, **_BOB)
    caller.put("approve after a rejection", f"{DECISIONS}/{request_id}/approve", {})
    caller.get("request that is rejected", f"{REQUESTS}/{request_id}")
    caller.get("operations of a rejected request", f"/deployments/{request_id}/operations")
    failed = caller.post("submit what fails", _SUBMIT, _REPORTS).json["id"]
    caller.send("approve without a body", "PUT", f"{DECISIONS}/{failed}/approve", headers=_BOB)
    world.run(failed, world.failure())
    caller.get("request that failed", f"{REQUESTS}/{failed}")


def _listed(recording: Recording) -> None:
    world = a_world()
    caller = recording.over(world)
    caller.get("requests before there is any", REQUESTS)
    for name in ("alpha", "beta", "gamma"):
        request_id = caller.post(f"submit {name}", _SUBMIT, {**_REPORTS, "name": name}).json["id"]
        if name == "beta":
            caller.put("approve beta", f"{DECISIONS}/{request_id}/approve", {}, **_BOB)
            world.run(request_id)
        world.advance(world.deployment(request_id))
        world.pass_time(60)
    caller.get("requests", REQUESTS)
    reply = caller.get("requests: first page", f"{REQUESTS}?limit=2")
    caller.get("requests: last page", reply.json["next"].removeprefix(ORIGIN))
    for name, query in _QUERIES.items():
        caller.get(f"requests {name}", f"{REQUESTS}?{query}")


_QUERIES = {
    "that are pending": "status=pending",
    "that are provisioned": "status=provisioned",
    "with a wrong query": "status=completed&limit=201&team_id=x",
    "with an invalid token": "continuation_token=abc",
}


def _refused(recording: Recording) -> None:
    caller = recording.over(a_world())
    for name, changes in _CHANGES.items():
        caller.post(f"submit refused: {name}", _SUBMIT, {**_REPORTS, **changes})
    caller.post("submit refused: nothing", _SUBMIT, {})
    recording.over(World()).post("submit refused: no template serves it", _SUBMIT, _REPORTS)
    caller.get("request that is not there", f"{REQUESTS}/deploy-{UNKNOWN}")
    for part in ("approve", "reject"):
        caller.put(f"{part} what is not there", f"{DECISIONS}/deploy-{UNKNOWN}/{part}", {})
        caller.put(f"{part} with wrong fields", f"{DECISIONS}/deploy-{UNKNOWN}/{part}", {"comment": "x"})
    world = a_world()
    other = world.deploy(parameters={"bucket_name": "x"}).deployment.deployment_id
    caller = recording.over(world)
    caller.get("request that is a deployment only", f"{REQUESTS}/{other}")
    caller.put("approve what is a deployment only", f"{DECISIONS}/{other}/approve", {})


_CHANGES: dict[str, dict[str, Any]] = {
    "another resource type": {"resource_type": "database"},
    "an unknown resource type": {"resource_type": "queue"},
    "a name that the template does not take": {"name": "A B"},
    "an unknown size": {"config": {"size": "huge"}},
    "the name within the config": {"config": {"bucket_name": "other"}},
    "many wrong fields": {
        "name": "",
        "team_id": 5,
        "dry_run": "no",
        "env_id": "moon",
        "config": {"size": 3, "copies": "many", "bogus": 1},
        "bogus": 1,
    },
    "wrong values only": {"name": "A B", "env_id": "moon", "config": {"size": "huge", "copies": "many"}},
}
