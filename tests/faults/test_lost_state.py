"""A backend that takes no state, and a lock that nobody gives back: told, and mended, through the API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.domain.status import DeploymentStatus, OperationStatus, Resources
from tests.azurite import StorageAccounts
from tests.faults.lifecycle import ask, asked, operation_ended
from tests.faults.plant import Plant, wait_for
from tests.state_servers.http_server import HttpStates

_WAIT_FOR_LOCK = "3"


@pytest.fixture
def states() -> Iterator[HttpStates]:
    stand = HttpStates()
    yield stand
    stand.stop()


@pytest.fixture
def plant(tmp_path: Path, storage_accounts: StorageAccounts, states: HttpStates) -> Iterator[Plant]:
    """Yield a plant that keeps its states on the server."""
    backend = {"type": "http", "config": states.backend.config}
    environment = {"approval": "none", "self_approval": True, "backend": backend}
    file = tmp_path / "environments.json"
    file.write_text(json.dumps({"default": "dev", "environments": {"dev": environment}}))
    plant = Plant(tmp_path / "plant", storage_accounts.take())
    try:
        plant.start(
            SLIPWAY_ENVIRONMENTS=str(file), SLIPWAY_LOCK_WAIT_SECONDS=_WAIT_FOR_LOCK, **states.environment
        )
        yield plant
    finally:
        plant.stop()


def test_a_state_that_could_not_be_written_is_recovered_before_anything_else_is_done(
    plant: Plant, states: HttpStates
) -> None:
    with states.answering_writes_with(503):
        deployment_id = plant.accepted(name="Ada")
        failed = plant.ended(deployment_id)
    record = plant.record(deployment_id)
    refused = [ask(plant, deployment_id, action) for action in ("plan", "apply", "destroy")]

    recovered = operation_ended(plant, asked(plant, deployment_id, "recover"))

    assert (failed.status, failed.resources) == (DeploymentStatus.FAILED, Resources.UNKNOWN)
    assert (record["error"]["code"], record["recoverable"]) == ("apply_failed", True)
    assert f"/deployments/{deployment_id}/recover" in record["error"]["message"]
    assert [answer.body["code"] for answer in refused] == ["recovery_needed"] * 3
    assert recovered.status is OperationStatus.SUCCEEDED, recovered.error
    after = plant.deployment(deployment_id)
    assert (after.resources, after.errored_state) == (Resources.SOME, None)
    assert ask(plant, deployment_id, "recover").body["code"] == "nothing_to_recover"
    operation_ended(plant, asked(plant, deployment_id, "destroy"))
    assert plant.deployment(deployment_id).status is DeploymentStatus.DESTROYED
    assert states.traces(deployment_id) == []


def test_a_lock_that_nobody_gives_back_is_shown_and_freed_by_its_id(plant: Plant, states: HttpStates) -> None:
    deployment_id = plant.accepted(name="Ada")
    plant.ended(deployment_id)
    (path,) = states.traces(deployment_id)
    states.locks[path] = {"ID": "left-behind", "Who": "eve@laptop"}

    apply = asked(plant, deployment_id, "apply", parameters={"name": "Grace"})
    wait_for(
        lambda: (plant.status(deployment_id).get("lock") or {}).get("id") == "left-behind",
        30,
        lambda: plant.status(deployment_id),
    )
    assert plant.status(deployment_id)["condition"] == "state_locked"
    locked = operation_ended(plant, apply)
    mistaken = operation_ended(plant, asked(plant, deployment_id, "unlock", lock_id="another"))
    assert path in states.locks
    freed = operation_ended(plant, asked(plant, deployment_id, "unlock", lock_id="left-behind"))

    assert [operation.error.code for operation in (locked, mistaken) if operation.error] == [
        "state_locked",
        "lock_id_mismatch",
    ]
    assert (freed.status, path in states.locks) == (OperationStatus.SUCCEEDED, False), freed.error
    events = plant.truth.events(deployment_id, after=0, limit=100)
    told = [
        event.detail["lock_id"]
        for event in events
        if event.operation_id == freed.id and event.name == "succeeded"
    ]
    assert told == ["left-behind"]
    operation_ended(plant, asked(plant, deployment_id, "apply", parameters={"name": "Grace"}))
    assert plant.deployment(deployment_id).outputs["greeting"] == "Hello, Grace!"
