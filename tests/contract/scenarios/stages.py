"""The responses of every reading route for a deployment at each stage of its life."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from functions.domain.deployments.deployment import Deployment
from functions.domain.failures import FailureCode
from functions.domain.jobs.job_contract import Heartbeat
from functions.domain.jobs.terraform_state import StateRecord
from functions.domain.status import OperationKind, Phase, Resources
from functions.services.operations.cancel_operation import cancel_deployment
from tests.contract.scenarios.recording import Caller, Recording
from tests.contract.scenarios.worlds import DEPLOYMENTS, OPERATIONS, RUN_OPERATIONS, UNKNOWN
from tests.unit.life import done, of, planned, with_secret
from tests.unit.stages import approved, destroyed, failed, locked_out, new, unrecovered
from tests.world import World


def record(recording: Recording) -> None:
    """Record status, wait, record, operations and events at every stage, and for unknown ids."""
    for name, stage in _STAGES.items():
        world = World()
        deployment = stage(world)
        world.pass_time(7.5)
        caller = recording.over(world)
        caller.get(f"status: {name}", of(deployment, "/status"))
        caller.get(f"wait: {name}", of(deployment, "/wait"))
        caller.get(f"operation: {name}", f"{OPERATIONS}/{deployment.task_id}")
        if name in _STAGES_IN_FULL:
            _record_in_full(caller, name, deployment)
    _unknown_ids(recording)


def _record_in_full(caller: Caller, name: str, deployment: Deployment) -> None:
    caller.get(f"record: {name}", of(deployment))
    caller.get(f"operations: {name}", of(deployment, "/operations"))
    caller.get(f"events: {name}", of(deployment, "/events"))
    caller.get(f"run: {name}", f"{RUN_OPERATIONS}/{deployment.task_id}")


def _applying(world: World) -> Deployment:
    deployment = world.applying()
    in_flight = ("terraform_data.a", "terraform_data.b")
    world.beat(deployment, Heartbeat(Phase.APPLYING, 3, 9, in_flight))
    return deployment


def _silent(world: World) -> Deployment:
    deployment = world.applying()
    world.launcher.deaf = True
    for _ in range(3):
        world.pass_time(61)
        world.advance(deployment)
    return world.deployment(deployment.deployment_id)


def _lost(world: World) -> Deployment:
    deployment = world.applying()
    world.launcher.kill(deployment.operation.execution)
    for _ in range(4):
        world.pass_time(61)
        world.advance(deployment)
    return world.deployment(deployment.deployment_id)


def _cancelled(world: World) -> Deployment:
    deployment = new(world)
    cancel_deployment(world.ctx, deployment.deployment_id, caller="bob", comment="wrong region")
    return world.deployment(deployment.deployment_id)


def _in_line(world: World) -> Deployment:
    deployment = world.claimed()
    world.ask(deployment, OperationKind.APPLY, comment="bigger")
    return world.deployment(deployment.deployment_id)


def _with_state(world: World) -> Deployment:
    state = StateRecord("s3", {"bucket": "states", "key": "a"}, "slipway", 3, "lineage", world.time)
    outputs = {"name": "reports", "ports": [80, 443], "count": 2, "big": 2**70, "none": None}
    result = world.success(state=state, outputs=outputs, resources=Resources.SOME, engine_version="1.11.4")
    return world.run(new(world), result)


def _failed_apply(world: World) -> Deployment:
    result = replace(world.failure(FailureCode.APPLY_FAILED), applied=True, resources=Resources.UNKNOWN)
    return world.run(new(world), result)


_STAGES: dict[str, Callable[[World], Deployment]] = {
    "pending": new,
    "started": World.started,
    "claimed": World.claimed,
    "applying": _applying,
    "locked out of the state": locked_out,
    "silent": _silent,
    "lost": _lost,
    "in line": _in_line,
    "awaiting approval": planned,
    "approved": approved,
    "completed": done,
    "with a state and many outputs": _with_state,
    "with a sensitive output": with_secret,
    "failed while planning": failed,
    "failed while applying": _failed_apply,
    "unrecovered": unrecovered,
    "cancelled": _cancelled,
    "destroyed": destroyed,
}
_STAGES_IN_FULL = {
    "pending",
    "applying",
    "in line",
    "awaiting approval",
    "approved",
    "with a state and many outputs",
    "with a sensitive output",
    "failed while planning",
    "unrecovered",
    "destroyed",
}


def _unknown_ids(recording: Recording) -> None:
    caller = recording.over(World())
    for part in ("", "/status", "/wait", "/operations", "/logs", "/events"):
        caller.get(f"deployment that is not there: '{part}'", f"{DEPLOYMENTS}/deploy-{UNKNOWN}{part}")
    caller.get("deployment with a malformed id", f"{DEPLOYMENTS}/mine/status")
    caller.get("run that is not there", f"{RUN_OPERATIONS}/op-{UNKNOWN}-1")
    for part in ("", "/plan", "/logs"):
        caller.get(f"operation that is not there: '{part}'", f"{OPERATIONS}/op-{UNKNOWN}-1{part}")
    caller.get("operation with a malformed id", f"{OPERATIONS}/mine")
    world = World()
    number_two = new(world).task_id.removesuffix("-1") + "-2"
    recording.over(world).get("operation that its deployment has not", f"{OPERATIONS}/{number_two}")
