"""Plans that await approval, and the routes of an operation: approve, reject, cancel, retry."""

from __future__ import annotations

import json

from functions.domain.deployments.deployment import Deployment
from functions.domain.jobs import blob_names
from functions.domain.status import Approval, OperationKind
from tests.builders import a_plan, a_state
from tests.contract.scenarios.recording import Recording
from tests.contract.scenarios.worlds import OPERATIONS, UNKNOWN
from tests.unit.life import done, of, planned
from tests.unit.stages import failed, new
from tests.world import World

_BOB = {"X_Slipway_User": "bob"}


def record(recording: Recording) -> None:
    """Record every decision on every kind of operation, allowed or not."""
    _plans(recording)
    _approved(recording)
    _rejected(recording)
    _not_by_who_asked(recording)
    _stale(recording)
    _expired(recording)
    _cancelled(recording)
    _retried(recording)
    _refused(recording)


def _at(deployment: Deployment, part: str) -> str:
    return f"{OPERATIONS}/{deployment.task_id}/{part}"


def _plans(recording: Recording) -> None:
    world = World()
    deployment = planned(world)
    summary = json.dumps(_SUMMARY).encode()
    world.artifacts.create(blob_names.plan_summary(deployment.task_id, 1), summary)
    recording.over(world).get("plan", _at(deployment, "plan"))
    for name, stage in {"pending": new, "failed": failed, "completed": done}.items():
        world = World()
        recording.over(world).get(f"plan of what has none: {name}", _at(stage(world), "plan"))


_SUMMARY = {
    "changes": {"add": 1, "change": 0, "remove": 0, "import": 0},
    "detail": "attributes",
    "resources": [
        {
            "address": "terraform_data.b",
            "action": "replace",
            "attributes": [{"name": "input", "before": "a", "after": "***", "known": True}],
            "reason": "replace_because_cannot_update",
            "replace_because": ["input"],
            "previous_address": "terraform_data.a",
        }
    ],
    "outputs": [{"name": "greeting", "action": "create"}],
}


def _approved(recording: Recording) -> None:
    world = World()
    deployment = planned(world)
    caller = recording.over(world)
    other, right = {"plan_sha256": "2" * 64}, {"plan_sha256": "1" * 64, "comment": "as agreed"}
    caller.post("approve another plan", _at(deployment, "approve"), other, **_BOB)
    caller.post("approve", _at(deployment, "approve"), right, **_BOB)
    caller.post("approve once more", _at(deployment, "approve"), {}, **_BOB)
    caller.post("approve after somebody else", _at(deployment, "approve"), {})
    caller.post("reject after an approval", _at(deployment, "reject"), {})
    world.run(deployment)
    caller.post("approve what was applied", _at(deployment, "approve"), {}, **_BOB)
    caller.get("operation after its plan was applied", f"{OPERATIONS}/{deployment.task_id}")


def _rejected(recording: Recording) -> None:
    world = World()
    deployment = planned(world)
    caller = recording.over(world)
    caller.post("reject", _at(deployment, "reject"), {"comment": "too big"}, **_BOB)
    caller.post("approve after a rejection", _at(deployment, "approve"), {})
    caller.get("status after a rejection", of(deployment, "/status"))
    caller.post("retry after a rejection", _at(deployment, "retry"), {})


def _not_by_who_asked(recording: Recording) -> None:
    world = World()
    deployment = planned(world, env_id="prod")
    caller = recording.over(world)
    caller.post("approve by who asked", _at(deployment, "approve"), {})
    caller.send("approve by somebody else without a body", "POST", _at(deployment, "approve"), headers=_BOB)


def _stale(recording: Recording) -> None:
    world = World()
    old = planned(world)
    world.pass_time(world.ctx.policy.plan_seconds + 1)
    recording.over(world).post("approve a plan that is too old", _at(old, "approve"), {}, **_BOB)
    world = World()
    deployment = done(world)
    waiting = world.ask(deployment, OperationKind.APPLY, approval=Approval.PLAN)
    of_now = a_plan(serial=1, lineage="lineage", planned_at=world.time)
    world.run(deployment, world.plan_result(plan=of_now))
    world.ask(deployment, OperationKind.APPLY)
    world.run(deployment, world.success(state=a_state(serial=2, lineage="lineage")))
    caller = recording.over(world)
    address = f"{OPERATIONS}/{waiting.id}"
    caller.post("approve a plan of a state before", f"{address}/approve", {}, **_BOB)
    caller.get("operation whose plan is stale", address)
    caller.post("retry of a stale plan", f"{address}/retry", {})
    caller.get("operations with a stale plan", of(deployment, "/operations"))


def _expired(recording: Recording) -> None:
    world = World()
    deployment = planned(world)
    world.pass_time(world.ctx.policy.approval_seconds + 1)
    world.advance(deployment)
    caller = recording.over(world)
    caller.get("operation that nobody decided on in time", f"{OPERATIONS}/{deployment.task_id}")
    caller.post("approve after its time", _at(deployment, "approve"), {}, **_BOB)


def _cancelled(recording: Recording) -> None:
    world = World()
    deployment = world.applying()
    caller = recording.over(world)
    caller.post("cancel while it applies", _at(deployment, "cancel"), {"comment": "stop"}, **_BOB)
    caller.post("cancel its deployment as well", of(deployment, "/cancel"), {})
    caller.get("operation that has yet to stop", f"{OPERATIONS}/{deployment.task_id}")
    second = world.ask(deployment, OperationKind.PLAN)
    caller.post("cancel what waits in line", f"{OPERATIONS}/{second.id}/cancel", {})
    caller.post("cancel what waits in line once more", f"{OPERATIONS}/{second.id}/cancel", {})
    world.write_result(deployment, world.success())
    world.advance(deployment)
    caller.post("cancel what went well before it saw the wish", _at(deployment, "cancel"), {})
    waiting = planned(world)
    caller.post("cancel what awaits approval", _at(waiting, "cancel"), {"comment": "never mind"})
    caller.post("approve what was cancelled", _at(waiting, "approve"), {}, **_BOB)


def _retried(recording: Recording) -> None:
    world = World()
    deployment = failed(world)
    caller = recording.over(world)
    address, key = _at(deployment, "retry"), {"Idempotency_Key": "k1"}
    caller.post("retry", address, {}, **key)
    caller.post("retry once more", address, {}, **key)
    caller.post("retry with an unknown field", address, {"why": "x"})
    caller.post("retry of what succeeded", _at(done(world), "retry"), {})


def _refused(recording: Recording) -> None:
    world = World()
    deployment = planned(world)
    caller = recording.over(world)
    wrong = {"plan_sha256": "ABC", "comment": 5, "notes": "x"}
    for part in ("approve", "reject"):
        caller.post(f"{part} with wrong fields", _at(deployment, part), wrong)
    pending = new(world)
    for part in ("approve", "reject"):
        caller.post(f"{part} of what awaits nothing", _at(pending, part), {}, **_BOB)
    for part in ("approve", "reject", "cancel", "retry"):
        caller.post(f"{part} of an operation that is not there", f"{OPERATIONS}/op-{UNKNOWN}-1/{part}", {})
