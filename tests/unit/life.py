"""Callers with their names, and deployments at the main stages of their lives."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from functions.domain.catalog.template_entry import TemplateEntry
from functions.domain.deployments.deployment import Deployment
from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import JobResult
from functions.domain.status import Approval, Resources
from tests.unit.api_client import ApiClient, Reply, settings
from tests.world import World

ADA = {"X-Slipway-User": "ada"}
BOB = {"X-Slipway-User": "bob"}

GREETING = "terraform/local/greeting"
OPERATIONS = "/api/v1/infrastructure/operations"


def client(world: World) -> ApiClient:
    """Return a client of an API that accepts the names of callers."""
    return ApiClient(world, get_settings=lambda: settings(SLIPWAY_USER_HEADER="true"))


def done(world: World, **request: Any) -> Deployment:
    """Return a deployment of ada's that was applied."""
    return world.run(world.deploy(**request).deployment)


def planned(world: World, **request: Any) -> Deployment:
    """Return a deployment of ada's whose plan awaits approval."""
    accepted = world.deploy(**{"approval": Approval.PLAN, **request})
    return world.run(accepted.deployment, world.plan_result())


def destroyed(world: World) -> JobResult:
    """Return the result of a destroy."""
    return world.success(resources=Resources.NONE, outputs={}, state=None)


def with_secret(world: World) -> Deployment:
    """Return a deployment of ada's with the sensitive output `password`, which is `hunter2`."""
    deployment = world.deploy().deployment
    blob = blob_names.operation_prefix(deployment.task_id) + "1/outputs"
    world.artifacts.create(blob, world.box.seal(json.dumps({"password": "hunter2"}).encode(), name=blob))
    return world.run(deployment, world.success(sensitive_outputs=("password",), sealed_outputs=blob))


def change_template(world: World, **changes: Any) -> TemplateEntry:
    """Change the greeting in the catalog."""
    address = ("terraform-local", "greeting")
    world.catalog.entries[address] = replace(world.catalog.entries[address], **changes)
    return world.catalog.entries[address]


def of(deployment: Deployment, part: str = "") -> str:
    """Return the path of a deployment, or of a part of it."""
    return f"/deployments/{deployment.deployment_id}{part}"


def run(api: ApiClient, action: str, headers: dict[str, str] | None = None, **more: Any) -> Reply:
    """Request a run as ada."""
    body = {"action": action, "stack_path": GREETING, **more}
    return api.post("/api/v1/infrastructure/runs", body, {**ADA, **(headers or {})})
