"""Helpers for a plan that awaits approval, decisions on it, and the spec for the runner."""

from __future__ import annotations

from typing import Any

from functions.domain.deployments.deployment import Deployment
from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import JobSpec
from functions.domain.status import Approval
from functions.services.operations.decide_operation import DecisionRequest, decide_operation
from tests.world import World


def planned(world: World, **request: Any) -> Deployment:
    """Return a deployment whose plan awaits approval."""
    accepted = world.deploy(**{"approval": Approval.PLAN, **request})
    return world.run(accepted.deployment, world.plan_result())


def approve(world: World, operation_id: str, caller: str = "bob", *, plan_sha256: str | None = None) -> None:
    decide_operation(world.ctx, operation_id, DecisionRequest(True, caller, "fine", plan_sha256))


def reject(world: World, operation_id: str) -> None:
    decide_operation(world.ctx, operation_id, DecisionRequest(False, "bob", "too big"))


def spec(world: World, deployment: Deployment, job: int) -> JobSpec:
    blob = world.artifacts.read(blob_names.job_spec(deployment.operation.id, job))
    assert blob is not None
    return JobSpec.from_json(blob.data)
