"""Prepares what the examples of docs/api.md and the README need, and sends them."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from functions.api.routes import ROUTES
from functions.domain.deployments.deployment import Deployment
from functions.domain.jobs import blob_names
from runner.engines.terraform.json_stream import JsonStream
from runner.engines.terraform.plan_summary import summary_of_plan
from runner.masking.secret_masker import SecretMasker
from tests.unit import life
from tests.unit.api_client import Reply
from tests.unit.life import ADA, client, done, planned, with_secret
from tests.unit.requests_world import a_world, submit
from tests.unit.stages import approved, destroyed, failed, locked_out, unrecovered
from tests.world import World

Stage = Callable[[World], Deployment]

_DEPLOYMENT = "deploy-3f2a9c0d1e4b"
_OPERATION = "op-3f2a9c0d1e4b-1"


def examples_world() -> World:
    """Return a world whose greeting accepts the parameters of all examples."""
    world = a_world()
    for address, entry in world.catalog.entries.items():
        properties = {**entry.parameters["properties"], "name": {"type": "string"}}
        parameters = {**entry.parameters, "properties": properties}
        world.catalog.entries[address] = replace(entry, parameters=parameters)
    return world


def with_plan_summary(world: World) -> Deployment:
    """Return a deployment with the plan summary of a resource that has moved and is replaced."""
    deployment = planned(world)
    change = {
        "actions": ["delete", "create"],
        "before": {"id": "1", "input": "a"},
        "after": {"input": "b"},
        "after_unknown": {"id": True},
        "replace_paths": [["input"]],
    }
    resource = {"address": "terraform_data.b", "previous_address": "terraform_data.a", "change": change}
    plan = {
        "resource_changes": [{**resource, "action_reason": "replace_because_cannot_update"}],
        "output_changes": {"greeting": {"actions": ["create"]}},
    }
    summary = summary_of_plan(plan, JsonStream(lambda _: None), SecretMasker([]))
    world.artifacts.create(blob_names.plan_summary(deployment.task_id, 1), json.dumps(summary).encode())
    return deployment


def run_in_blue(world: World) -> Deployment:
    run = life.run(client(world), "apply", workspace="blue", env_id="dev")
    return world.deployment(run.json["deployment_id"])


def requested(world: World) -> Deployment:
    return world.deployment(submit(client(world)).json["id"])


def decided(world: World) -> Deployment:
    deployment = requested(world)
    assert client(world).put(_approval_of(deployment), {"notes": "fine"}, life.BOB).status == 200
    return world.deployment(deployment.deployment_id)


def _approval_of(deployment: Deployment) -> str:
    return f"/api/v1/admin/requests/{deployment.deployment_id}/approve"


# The set-up for each route. For the others, a new deployment is enough.
BEFORE: dict[str, Stage] = {
    "DELETE /deployments/{id}": destroyed,
    "POST /deployments/{id}/recover": unrecovered,
    "POST /deployments/{id}/outputs/{name}/reveal": with_secret,
    "GET /operations/{id}/plan": with_plan_summary,
    "POST /operations/{id}/approve": planned,
    "POST /operations/{id}/reject": planned,
    "POST /operations/{id}/retry": failed,
    "GET /api/v1/infrastructure/operations": run_in_blue,
    "GET /api/v1/users/requests": requested,
    "GET /api/v1/users/requests/{id}": requested,
    "PUT /api/v1/admin/requests/{id}/approve": requested,
    "PUT /api/v1/admin/requests/{id}/reject": requested,
}

# Further set-ups for the same routes.
FURTHER: list[tuple[str, Stage]] = [
    ("GET /deployments/{id}", done),
    ("GET /deployments/{id}", requested),
    ("GET /deployments/{id}/status", World.applying),
    ("GET /deployments/{id}/status", locked_out),
    ("GET /deployments/{id}/status", failed),
    ("GET /deployments/{id}/events", approved),
    ("GET /operations/{id}", World.applying),
    ("GET /operations/{id}", locked_out),
    ("GET /operations/{id}", approved),
    ("GET /operations/{id}", failed),
    ("GET /api/v1/infrastructure/operations/{id}", planned),
    ("GET /api/v1/infrastructure/operations/{id}", failed),
    ("GET /api/v1/users/requests/{id}", decided),
]


def send(curl: str, world: World, deployment: Deployment) -> Reply:
    """Send an example as ada, with the id of this deployment instead of that on the page."""
    ids = {
        _DEPLOYMENT: deployment.deployment_id,
        _OPERATION: deployment.task_id,
        "$ID": deployment.deployment_id,
        "$OP": deployment.task_id,
    }
    for name, value in ids.items():
        curl = curl.replace(name, value)
    method, address, body, headers = _read(curl)
    world.index.put_list_rows(deployment)
    return client(world).request(method, address, body.encode(), {**ADA, **headers})


def heading_of(curl: str) -> str:
    """Return the heading in docs/api.md for the route that an example calls."""
    method, address, _, _ = _read(curl)
    path = re.sub(r"\$\w+", "{id}", address.partition("?")[0])
    heading = f"{method} {path}"
    assert heading in _headings(), f"no route: {heading}"
    return heading


def _headings() -> list[str]:
    return [f"{method} /{route.path}" for route in ROUTES for method in route.methods]


def _read(curl: str) -> tuple[str, str, str, dict[str, str]]:
    words = shlex.split(curl.replace("\\\n", ""), comments=True)
    options = dict(pairwise(words))
    address = next(word for word in words if word.startswith("$SLIPWAY_URL"))
    headers = dict(word.split(": ", 1) for flag, word in pairwise(words) if flag == "-H")
    body = options.get("-d", "")
    method = options.get("-X", "POST" if body else "GET")
    return method, address.removeprefix("$SLIPWAY_URL"), body, headers
