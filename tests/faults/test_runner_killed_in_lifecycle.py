"""A runner may die in any operation of a deployment's life, or come twice; what it left can be destroyed."""

from __future__ import annotations

import json

import pytest

from functions.adapters.launchers.process_launcher import ProcessLauncher
from functions.adapters.launchers.runner_environment import runner_environment
from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import Claim, JobResult, Outcome
from functions.domain.status import OperationStatus, Resources
from functions.ports import JobStart
from local.paths import ROOT
from tests.faults.lifecycle import approve, asked, events_of, operation_ended, planned
from tests.faults.plant import Plant, kill_session, wait_for


def test_a_runner_killed_in_the_plan_of_a_change_is_replaced_and_its_plan_awaits_approval(
    plant: Plant,
) -> None:
    deployment_id = plant.accepted(name="Ada")
    plant.ended(deployment_id)
    with plant.holding("plan"):
        operation_id = asked(plant, deployment_id, "apply", parameters={"name": "Grace"}, approval="plan")
        plant.at_command(operation_id, "plan")
        plant.kill_runners()
    wait_for(
        lambda: plant.operation(operation_id).status is OperationStatus.AWAITING_APPROVAL,
        60,
        lambda: plant.operation(operation_id),
    )

    assert approve(plant, operation_id).status == 200
    deployment = plant.ended(deployment_id)

    assert events_of(plant, operation_id) == [
        "operation_accepted",
        "job_started",
        "job_abandoned",
        "job_started",
        "planned",
        "approved",
        "job_started",
        "succeeded",
    ]
    assert deployment.outputs["greeting"] == "Hello, Grace!"
    assert plant.engine_starts(operation_id, "apply") == 1


def test_a_runner_killed_in_the_apply_of_an_approved_plan_is_lost_and_what_it_made_can_be_destroyed(
    plant: Plant,
) -> None:
    operation_id = planned(plant, name="Ada")
    deployment_id = plant.operation(operation_id).deployment_id
    with plant.holding("apply"):
        approve(plant, operation_id)
        plant.at_command(operation_id, "apply")
        plant.kill_runners()
        lost = plant.ended(deployment_id)

    assert lost.error is not None
    assert (lost.status, lost.error.code, lost.resources) == ("failed", "runner_lost", Resources.UNKNOWN)
    assert plant.engine_starts(operation_id, "apply") == 1
    _destroy(plant, deployment_id)


def test_what_a_runner_had_begun_to_make_when_it_was_killed_is_destroyed(plant: Plant) -> None:
    deployment_id = plant.accepted("wait", seconds=300)
    kill_session(plant.in_phase(deployment_id, "applying"))
    assert plant.ended(deployment_id).resources is Resources.UNKNOWN

    _destroy(plant, deployment_id)


def test_a_runner_killed_in_destroy_is_lost_and_destroying_again_ends_it(plant: Plant) -> None:
    deployment_id = plant.accepted(name="Ada")
    plant.ended(deployment_id)
    with plant.holding("apply"):
        operation_id = asked(plant, deployment_id, "destroy")
        plant.at_command(operation_id, "apply")
        plant.kill_runners()
        lost = plant.ended(deployment_id)

    assert lost.error is not None
    assert (lost.status, lost.error.code, lost.resources) == ("failed", "runner_lost", Resources.UNKNOWN)
    assert lost.state is not None
    _destroy(plant, deployment_id)


@pytest.mark.parametrize("call", ["PUT blob state-copy", "PUT blob result"])
def test_a_runner_killed_once_everything_is_destroyed_is_lost_and_destroying_again_ends_it(
    plant: Plant, call: str
) -> None:
    deployment_id = plant.accepted(name="Ada")
    plant.ended(deployment_id)
    trap = plant.proxy.trap(call, plant.kill_runners)
    operation_id = asked(plant, deployment_id, "destroy")
    assert trap.sprung.wait(180)

    lost = plant.ended(deployment_id)

    assert lost.error is not None
    assert (lost.error.code, lost.resources) == ("runner_lost", Resources.UNKNOWN)
    assert plant.engine_starts(operation_id, "apply") == 1
    _destroy(plant, deployment_id)


def test_a_second_runner_for_the_job_of_an_approved_plan_applies_nothing(plant: Plant) -> None:
    operation_id = planned(plant, name="Ada")
    with plant.holding("apply"):
        approve(plant, operation_id)
        plant.at_command(operation_id, "apply")
        _run_again(plant, operation_id, job=2)
    ended = operation_ended(plant, operation_id)
    _run_again(plant, operation_id, job=2)

    assert ended.status is OperationStatus.SUCCEEDED
    # the job that plans runs init, the one that applies asks for the engine's version in its place
    assert plant.engine_starts(operation_id, "init") == 1
    assert plant.engine_starts(operation_id, "version") == 1
    assert plant.engine_starts(operation_id, "apply") == 1
    assert plant.operation(operation_id) == ended
    assert plant.artifacts.size(blob_names.late_result(operation_id, 2)) is None


def test_a_runner_for_a_further_job_of_an_approved_plan_finds_the_apply_taken(plant: Plant) -> None:
    operation_id = planned(plant, name="Ada")
    with plant.holding("apply"):
        approve(plant, operation_id)
        plant.at_command(operation_id, "apply")
        _forge_spec(plant, operation_id, job=2, as_job=3)
        _run_again(plant, operation_id, job=3)
    ended = operation_ended(plant, operation_id)

    claim = plant.artifacts.read(blob_names.apply_claim(operation_id))
    verdict = plant.artifacts.read(blob_names.job_result(operation_id, 3))
    assert claim is not None
    assert verdict is not None
    assert Claim.from_json(claim.data).job == 2
    assert JobResult.from_json(verdict.data).outcome is not Outcome.SUCCEEDED
    assert (ended.status, ended.job) == (OperationStatus.SUCCEEDED, 2)
    assert plant.engine_starts(operation_id, "apply") == 1


def _destroy(plant: Plant, deployment_id: str) -> None:
    """Destroy, which must leave nothing, and once more, which must be harmless."""
    asked(plant, deployment_id, "destroy")
    destroyed = plant.ended(deployment_id)
    again = plant.call("POST", f"/deployments/{deployment_id}/destroy", {})

    assert (destroyed.status, destroyed.resources) == ("destroyed", Resources.NONE), destroyed.error
    assert destroyed.outputs == {}
    assert destroyed.state is None
    assert not (plant.folder / "state" / deployment_id).exists()
    assert again.status == 200
    assert plant.deployment(deployment_id) == destroyed


def _run_again(plant: Plant, operation_id: str, *, job: int) -> None:
    """Start one more runner for a job, as a platform may that starts at least once, and see it end."""
    operation = plant.operation(operation_id)
    environment = runner_environment(plant.environment(), ROOT)
    launcher = ProcessLauncher(plant.folder / "jobs", environment)
    execution = launcher.start(JobStart(operation.deployment_id, operation_id, job, operation.correlation_id))
    wait_for(lambda: launcher.is_over(execution), 60, lambda: execution)
    launcher.sweep()


def _forge_spec(plant: Plant, operation_id: str, *, job: int, as_job: int) -> None:
    """The spec of a job once more, as that of another one."""
    spec = plant.artifacts.read(blob_names.job_spec(operation_id, job))
    assert spec is not None
    body = {**json.loads(spec.data), "job": as_job}
    assert plant.artifacts.create(blob_names.job_spec(operation_id, as_job), json.dumps(body).encode())
