"""The routes of an existing deployment: plan, apply, destroy, unlock, recover, forget, reveal."""

from __future__ import annotations

from typing import Any

from functions.domain.status import OperationKind
from tests.contract.scenarios.recording import Recording
from tests.contract.scenarios.worlds import DEPLOYMENTS, OPERATIONS, RUN_OPERATIONS, UNKNOWN
from tests.unit.life import change_template, destroyed, done, of, with_secret
from tests.unit.stages import new, unrecovered
from tests.world import World


def record(recording: Recording) -> None:
    """Record the operations of a deployment, in order, and their refusals."""
    _taken(recording)
    _refused(recording)
    _repeated(recording)
    _too_many(recording)
    _destroyed(recording)
    _protected(recording)
    _unrecovered(recording)
    _revealed(recording)


def _taken(recording: Recording) -> None:
    bodies: dict[str, Any] = {
        "plan": {"parameters": {"name": "Grace"}, "comment": "what if?"},
        "apply": {"parameters": {"name": "Grace"}, "approval": "plan"},
        "destroy": {"comment": "not needed"},
        "unlock": {"lock_id": "01630d82-a8b4", "comment": "its holder is dead"},
    }
    for part, body in bodies.items():
        world = World()
        deployment = done(world, parameters={"name": "Ada"})
        recording.over(world).post(f"{part} of a completed one", of(deployment, f"/{part}"), body)
    for part in ("plan", "apply", "destroy"):
        world = World()
        deployment = done(world)
        recording.over(world).send(f"{part} without a body", "POST", of(deployment, f"/{part}"))
    world = World()
    deployment = done(world, parameters={"name": "Ada"})
    caller = recording.over(world)
    caller.post("apply of other parameters", of(deployment, "/apply"), {"parameters": {"name": "Grace"}})
    caller.get("record before they are applied", of(deployment))
    world.run(deployment)
    caller.get("record after they are applied", of(deployment))


def _refused(recording: Recording) -> None:
    world = World()
    deployment = done(world)
    caller = recording.over(world)
    for name, (part, body) in _REFUSED.items():
        caller.post(f"refused: {name}", of(deployment, f"/{part}"), body)
    for part in ("plan", "apply", "destroy", "unlock", "recover", "cancel"):
        body = {"lock_id": "x"} if part == "unlock" else {}
        caller.post(f"{part} of what is not there", f"{DEPLOYMENTS}/deploy-{UNKNOWN}/{part}", body)
    caller.delete("delete of what is not there", f"{DEPLOYMENTS}/deploy-{UNKNOWN}")
    hidden = f"{DEPLOYMENTS}/deploy-{UNKNOWN}/outputs/password/reveal"
    caller.post("reveal of what is not there", hidden, {})


_REFUSED: dict[str, tuple[str, Any]] = {
    "plan with wrong parameters": ("plan", {"parameters": {"name": 7, "nome": "x"}}),
    "plan with a field of destroy": ("plan", {"confirm": "x"}),
    "apply with many wrong fields": (
        "apply",
        {"approval": "maybe", "parameters": [], "comment": "x" * 1025, "discard_errored_state": 1, "x": 1},
    ),
    "apply with parameters of another template": ("apply", {"parameters": {"bucket_name": "x"}}),
    "destroy with parameters": ("destroy", {"parameters": {}}),
    "unlock without a lock": ("unlock", {}),
    "unlock of what looks like a flag": ("unlock", {"lock_id": "-help"}),
    "recover with too long a comment": ("recover", {"comment": "x" * 1025}),
    "recover where there is nothing to": ("recover", {}),
    "cancel of what has ended": ("cancel", {}),
    "cancel with an unknown field": ("cancel", {"why": "x"}),
    "reveal of what is no sensitive output": ("outputs/greeting/reveal", {}),
}


def _repeated(recording: Recording) -> None:
    world = World()
    deployment = done(world)
    caller = recording.over(world)
    address, key = of(deployment, "/apply"), {"Idempotency_Key": "k1"}
    body = {"parameters": {"name": "Grace"}}
    caller.post("apply with a key", address, body, **key)
    caller.post("apply with a key once more", address, body, **key)
    caller.post("apply with a key and another body", address, {"parameters": {"name": "Eve"}}, **key)
    world.run(deployment)
    caller.post("apply with a key once more when it has ended", address, body, **key)
    caller.post("plan with the key of the apply", of(deployment, "/plan"), {}, **key)


def _too_many(recording: Recording) -> None:
    world = World()
    deployment = new(world)
    for _ in range(19):
        world.ask(deployment, OperationKind.PLAN)
    recording.over(world).post("plan behind twenty others", of(deployment, "/plan"), {})


def _destroyed(recording: Recording) -> None:
    world = World()
    deployment = done(world)
    caller = recording.over(world)
    caller.delete("delete of what has resources", of(deployment))
    first = caller.post("destroy", of(deployment, "/destroy"), {})
    caller.post("destroy while it is under way", of(deployment, "/destroy"), {})
    caller.delete("delete of what is busy", of(deployment))
    world.run(deployment, destroyed(world))
    caller.post("destroy of what is destroyed", of(deployment, "/destroy"), {})
    caller.post("apply of what is destroyed", of(deployment, "/apply"), {})
    caller.post("cancel of the apply that waits", of(deployment, "/cancel"), {"comment": "no"})
    caller.get("destroy as a run", f"{RUN_OPERATIONS}/{first.json['id']}")
    caller.delete("delete", of(deployment))
    caller.get("record of what was deleted", of(deployment))
    caller.get("operation of what was deleted", f"{OPERATIONS}/{deployment.task_id}")


def _protected(recording: Recording) -> None:
    world = World()
    change_template(world, protected=True)
    deployment = done(world)
    caller = recording.over(world)
    address = of(deployment, "/destroy")
    caller.post("destroy of a protected one", address, {})
    caller.post("destroy of a protected one by a wrong name", address, {"confirm": "x"})
    caller.post("destroy of a protected one by its name", address, {"confirm": "greeting"})


def _unrecovered(recording: Recording) -> None:
    world = World()
    deployment = unrecovered(world)
    caller = recording.over(world)
    caller.post("apply over a state that was not recovered", of(deployment, "/apply"), {})
    caller.post("plan over a state that was not recovered", of(deployment, "/plan"), {})
    caller.post("recover", of(deployment, "/recover"), {"comment": "the backend is back"})
    body = {"discard_errored_state": True}
    caller.post("destroy without the state that was not recovered", of(deployment, "/destroy"), body)


def _revealed(recording: Recording) -> None:
    world = World()
    deployment = with_secret(world)
    caller = recording.over(world)
    address = of(deployment, "/outputs/password/reveal")
    caller.post("reveal", address, {})
    caller.post("reveal to somebody else", address, {}, X_Slipway_User="bob")
    caller.post("reveal with an unknown field", address, {"why": "x"})
    caller.get("events of a reveal", of(deployment, "/events?after=3"))
    world.box.away = True
    caller.post("reveal while the key is away", address, {})
    world.box.away = False
    assert deployment.sealed_outputs
    world.artifacts.overwrite(deployment.sealed_outputs, b"other bytes")
    caller.post("reveal of what was changed", address, {})
