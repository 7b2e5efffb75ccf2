"""Runs of a stack."""

from __future__ import annotations

from typing import Any

from tests.contract.scenarios.recording import Recording
from tests.contract.scenarios.worlds import RUN_OPERATIONS, RUNS, with_clouds
from tests.unit.api_client import ORIGIN
from tests.unit.life import GREETING, change_template, destroyed
from tests.world import World

_BLUE: dict[str, Any] = {"stack_path": GREETING, "workspace": "blue", "env_id": "dev"}


def record(recording: Recording) -> None:
    """Record the runs of a stack, their lists, and refused runs."""
    _life(recording)
    _plans_first(recording)
    _listed(recording)
    _refused(recording)


def _life(recording: Recording) -> None:
    world = World()
    caller = recording.over(world)
    key = {"Idempotency_Key": "k1"}
    caller.post("destroy of what was never run", RUNS, {"action": "destroy", **_BLUE})
    body = {"action": "apply", **_BLUE, "vars": {"name": "Ada"}}
    first = caller.post("first apply", RUNS, body, **key)
    caller.post("first apply once more", RUNS, body, **key)
    caller.post("first apply with another body", RUNS, {**body, "vars": {}}, **key)
    address = first.headers["Location"].removeprefix(ORIGIN)
    caller.get("first apply before it runs", address)
    deployment_id = first.json["deployment_id"]
    world.run(deployment_id)
    caller.get("first apply after it ran", address)
    caller.post("first apply once more after it ran", RUNS, body, **key)
    second = caller.post("plan of the same stack", RUNS, {"action": "plan", **_BLUE, "vars": {"name": "Eve"}})
    caller.post("apply without vars behind it", RUNS, {"action": "apply", **_BLUE})
    world.run(deployment_id, world.plan_result(plan=None))
    caller.get("plan after it ran", second.headers["Location"].removeprefix(ORIGIN))
    world.run(deployment_id)
    caller.get("first apply when a later one gave the outputs", address)
    caller.post("destroy", RUNS, {"action": "destroy", **_BLUE})
    world.run(deployment_id, destroyed(world))
    caller.get("operations of the stack", f"{RUN_OPERATIONS}?stack_path={GREETING}&workspace=blue&env_id=dev")
    caller.get("record of the stack's deployment", f"/deployments/{deployment_id}")


def _plans_first(recording: Recording) -> None:
    world = World()
    caller = recording.over(world)
    caller.post("plan as the first run", RUNS, {"action": "plan", "stack_path": GREETING})
    caller.post("apply in prod", RUNS, {"action": "apply", "stack_path": GREETING, "env_id": "prod"})
    protected = World()
    change_template(protected, protected=True)
    caller = recording.over(protected)
    first = caller.post("apply of a protected stack", RUNS, {"action": "apply", "stack_path": GREETING})
    protected.run(first.json["deployment_id"])
    body = {"action": "destroy", "stack_path": GREETING}
    caller.post("destroy of a protected stack", RUNS, body)
    caller.post("destroy of a protected stack by its name", RUNS, {**body, "confirm": "greeting"})


def _listed(recording: Recording) -> None:
    world = World()
    caller = recording.over(world)
    caller.get("operations before there is any", RUN_OPERATIONS)
    for workspace in ("one", "two", "three"):
        body = {"action": "apply", "stack_path": GREETING, "workspace": workspace}
        reply = caller.post(f"apply in workspace {workspace}", RUNS, body)
        world.run(reply.json["deployment_id"], None if workspace == "one" else world.failure())
        world.pass_time(60)
    caller.get("operations", RUN_OPERATIONS)
    reply = caller.get("operations: first page", f"{RUN_OPERATIONS}?limit=2")
    caller.get("operations: last page", reply.json["next"].removeprefix(ORIGIN))
    for name, query in _QUERIES.items():
        caller.get(f"operations {name}", f"{RUN_OPERATIONS}?{query}")


_QUERIES = {
    "that failed": "status=failed",
    "of a workspace": "workspace=two",
    "of a stack that was never run": "stack_path=terraform/local/none",
    "of a stack never run in this place": f"stack_path={GREETING}&workspace=none&env_id=dev",
    "with a wrong query": "status=completed&limit=0&stack=x&workspace=",
    "with an invalid token": "continuation_token=abc",
}


def _refused(recording: Recording) -> None:
    caller = recording.over(with_clouds())
    for name, body in _REFUSED.items():
        caller.post(f"run refused: {name}", RUNS, body)


_REFUSED: dict[str, Any] = {
    "nothing": {},
    "a wrong action": {"action": "unlock", "stack_path": GREETING},
    "an unknown stack": {"action": "apply", "stack_path": "terraform/local/greting"},
    "a malformed path": {"action": "apply", "stack_path": "greeting"},
    "a stack of a cloud that cannot be used": {"action": "apply", "stack_path": "terraform/azure/vault"},
    "a workspace with a blank": {"action": "apply", "stack_path": GREETING, "workspace": "a b"},
    "many wrong fields": {
        "action": 5,
        "stack_path": "",
        "workspace": "-",
        "vars": [],
        "env_id": "moon",
        "confirm": 1,
        "bogus": True,
    },
    "wrong fields and wrong vars at once": {
        "action": "apply",
        "stack_path": "terraform/aws/storage-bucket",
        "env_id": "moon",
        "bogus": 1,
        "vars": {"bucket_name": "A B", "copies": 9},
    },
    "an environment and vars": {
        "action": "apply",
        "stack_path": GREETING,
        "env_id": "moon",
        "vars": {"x": 1},
    },
    "a variable that is missing": {"action": "apply", "stack_path": "terraform/aws/storage-bucket"},
}
