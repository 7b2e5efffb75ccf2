"""What people ask of a deployment after its first operation, and of one that awaits their approval."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from functions.domain.deployments.operation import Operation
from functions.domain.status import OperationStatus
from tests.faults.plant import Answer, Plant, wait_for

ADA = {"X-Slipway-User": "ada"}
BOB = {"X-Slipway-User": "bob"}


def ask(plant: Plant, deployment_id: str, action: str, *, key: str | None = None, **body: Any) -> Answer:
    """Ada asks for a further operation: `plan`, `apply`, `destroy`."""
    headers = {**ADA, "Idempotency-Key": key} if key else ADA
    return plant.call("POST", f"/deployments/{deployment_id}/{action}", body, headers)


def asked(plant: Plant, deployment_id: str, action: str, **body: Any) -> str:
    """Return the id of a further operation, which must be accepted."""
    answer = ask(plant, deployment_id, action, **body)
    assert answer.status == 202, answer
    return str(answer.body["id"])


def planned(plant: Plant, **parameters: Any) -> str:
    """Return the id of a new deployment's operation whose plan awaits approval."""
    body = {
        "template_name": "greeting",
        "provider_type": "terraform-local",
        "parameters": parameters,
        "approval": "plan",
    }
    answer = plant.call("POST", "/deploy", body, ADA)
    assert answer.status == 202, answer
    return awaiting(plant, plant.deployment(answer.body["data"]["deployment_id"]).operation.id)


def planned_change(plant: Plant, deployment_id: str, **parameters: Any) -> str:
    """Return the id of a further apply whose plan awaits approval."""
    return awaiting(plant, asked(plant, deployment_id, "apply", parameters=parameters, approval="plan"))


def awaiting(plant: Plant, operation_id: str) -> str:
    """Return the operation's id once it awaits approval."""
    wait_for(
        lambda: plant.operation(operation_id).status is OperationStatus.AWAITING_APPROVAL,
        120,
        lambda: (plant.operation(operation_id), plant.host_log()[-3000:]),
    )
    return operation_id


def approve(plant: Plant, operation_id: str, by: str = "bob") -> Answer:
    """Somebody says yes."""
    return _decide(plant, operation_id, "approve", by)


def reject(plant: Plant, operation_id: str, by: str = "bob") -> Answer:
    """Somebody says no."""
    return _decide(plant, operation_id, "reject", by)


def cancel(plant: Plant, operation_id: str, by: str = "ada") -> Answer:
    """Somebody wants it stopped."""
    return _decide(plant, operation_id, "cancel", by)


def at_once(*calls: Callable[[], Answer]) -> list[Answer]:
    """Return the answers to calls that are made at the same instant."""
    barrier = threading.Barrier(len(calls))

    def make(call: Callable[[], Answer]) -> Answer:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(make, calls))


def operation_ended(plant: Plant, operation_id: str) -> Operation:
    """Return the operation once it, and all of its deployment, has ended."""
    plant.ended(plant.operation(operation_id).deployment_id)
    return plant.operation(operation_id)


def events_of(plant: Plant, operation_id: str) -> list[str]:
    """Return the names of one operation's events."""
    deployment_id = plant.operation(operation_id).deployment_id
    events = plant.truth.events(deployment_id, after=0, limit=500)
    return [event.name for event in events if event.operation_id == operation_id]


def statuses(answers: Sequence[Answer]) -> list[int]:
    """Return the answers' status codes, sorted."""
    return sorted(answer.status for answer in answers)


def _decide(plant: Plant, operation_id: str, verdict: str, by: str) -> Answer:
    body = {"comment": f"{verdict} it"}
    return plant.call("POST", f"/operations/{operation_id}/{verdict}", body, {"X-Slipway-User": by})
