"""A runner may die anywhere, or be given up and come back. Nothing is applied twice, and nothing ends
without a reason.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from functions.adapters.launchers.process_table import parse_execution, start_time
from functions.domain.jobs import blob_names
from functions.domain.status import Resources
from tests.faults.other_machine import give_up_from_another_machine
from tests.faults.plant import Plant, kill_session, wait_for

HARMLESS = [
    pytest.param("PUT blob claim", False, id="before its claim"),
    pytest.param("PUT blob claim", True, id="after its claim"),
    pytest.param("GET blob spec", False, id="before it knows its job"),
    pytest.param("PUT blob apply", False, id="before its apply claim"),
]


@pytest.mark.parametrize(("call", "after"), HARMLESS)
def test_a_runner_killed_before_it_may_apply_is_replaced(plant: Plant, call: str, after: bool) -> None:
    trap = plant.proxy.trap(call, plant.kill_runners, after=after)
    deployment_id = plant.accepted(name="Ada")
    assert trap.sprung.wait(180)

    ended = plant.ended(deployment_id)

    assert ended.status == "completed", ended.error
    assert ended.operation.job == 2
    assert plant.engine_starts(deployment_id, "apply") == 1
    assert "job_abandoned" in plant.events(deployment_id)


def test_a_runner_killed_in_plan_is_replaced(plant: Plant) -> None:
    with plant.holding("plan"):
        deployment_id = plant.accepted(name="Ada")
        plant.at_command(deployment_id, "plan")
        plant.kill_runners()

    ended = plant.ended(deployment_id)

    assert ended.status == "completed", ended.error
    assert plant.engine_starts(deployment_id, "apply") == 1


def test_a_runner_that_had_waited_for_its_job_is_replaced_when_it_is_killed(plant: Plant) -> None:
    for _ in range(10):
        before = set(processes())
        with plant.holding("plan"):
            deployment_id = plant.accepted(name="Ada")
            plant.at_command(deployment_id, "plan")
            names = (plant.folder / "jobs").glob(f"op-{deployment_id[7:]}-*/execution")
            had_waited = before & {parse_execution(name.read_text()).pid for name in names}
            plant.kill_runners()
        ended = plant.ended(deployment_id)
        assert ended.status == "completed", ended.error
        assert plant.engine_starts(deployment_id, "apply") == 1
        if had_waited:
            return
    pytest.fail("no runner was ready in time")


def test_a_host_that_is_killed_leaves_no_spare_runner_behind(plant: Plant) -> None:
    before = set(processes())
    plant.ended(plant.accepted(name="Ada"))
    spares = [pid for pid in set(processes()) - before if is_spare_of(pid, plant)]
    assert spares

    plant.kill()

    wait_for(lambda: not any(is_spare_of(pid, plant) for pid in spares), 30, lambda: spares)


def test_a_runner_killed_in_apply_is_lost_with_unknown_resources_and_not_replaced(plant: Plant) -> None:
    deployment_id = plant.accepted("wait", seconds=300)
    kill_session(plant.in_phase(deployment_id, "applying"))

    ended = plant.ended(deployment_id)

    assert ended.error is not None
    assert ended.error.code == "runner_lost"
    assert ended.resources is Resources.UNKNOWN
    assert plant.engine_starts(deployment_id, "apply") == 1


def test_a_runner_whose_leader_alone_is_killed_leaves_no_terraform_behind(plant: Plant) -> None:
    deployment_id = plant.accepted("wait", seconds=300)
    execution = plant.in_phase(deployment_id, "applying")
    pid = int(execution.split("-")[1])
    kill_only(pid)

    ended = plant.ended(deployment_id)

    assert ended.error is not None
    assert ended.error.code == "runner_lost"
    # the sweep comes after the end
    wait_for(lambda: plant.executions() == [], 30, plant.executions)


def test_a_runner_killed_after_its_apply_and_before_its_result_is_lost(plant: Plant) -> None:
    trap = plant.proxy.trap("PUT blob result", plant.kill_runners)
    deployment_id = plant.accepted(name="Ada")
    assert trap.sprung.wait(180)

    ended = plant.ended(deployment_id)

    assert ended.error is not None
    assert ended.error.code == "runner_lost"
    assert ended.resources is Resources.UNKNOWN
    assert plant.engine_starts(deployment_id, "apply") == 1


def test_a_runner_killed_after_its_result_and_before_its_ring_is_believed(plant: Plant) -> None:
    trap = plant.proxy.trap("send completions", plant.kill_runners)
    deployment_id = plant.accepted(name="Ada")
    assert trap.sprung.wait(180)

    assert plant.ended(deployment_id).status == "completed"


def test_a_runner_whose_result_was_written_and_not_answered_writes_it_once(plant: Plant) -> None:
    trap = plant.proxy.trap("PUT blob result", lambda: None, after=True)
    deployment_id = plant.accepted(name="Ada")
    assert trap.sprung.wait(180)

    assert plant.ended(deployment_id).status == "completed"
    assert plant.artifacts.size(blob_names.late_result(f"op-{deployment_id[7:]}-1", 1)) is None


def test_a_stopped_runner_is_silent_then_ended_and_replaced(plant: Plant) -> None:
    with plant.holding("plan"):
        deployment_id = plant.accepted(name="Ada")
        plant.at_command(deployment_id, "plan")
        for execution in plant.executions():
            kill_session(execution, signal.SIGSTOP)
        wait_for(
            lambda: plant.status(deployment_id)["condition"] == "runner_silent",
            60,
            lambda: plant.status(deployment_id),
        )

    assert plant.ended(deployment_id).status == "completed"
    assert plant.engine_starts(deployment_id, "apply") == 1


def test_a_runner_given_up_before_it_applied_comes_back_and_applies_nothing(plant: Plant) -> None:
    with plant.holding("plan"):
        deployment_id = plant.accepted(name="Ada")
        plant.at_command(deployment_id, "plan")
        (execution,) = plant.executions()
        kill_session(execution, signal.SIGSTOP)
        plant.kill()
        terminated = give_up_from_another_machine(plant, deployment_id)
    assert terminated.error is not None
    assert terminated.error.code == "runner_lost"

    kill_session(execution, signal.SIGCONT)
    late = blob_names.late_result(terminated.operation.id, 1)
    wait_for(lambda: plant.artifacts.size(late), 60, plant.executions)

    assert plant.engine_starts(deployment_id, "apply") == 0
    assert plant.deployment(deployment_id).status == "failed"


def test_a_runner_given_up_while_it_applied_comes_back_and_its_late_result_is_kept(plant: Plant) -> None:
    deployment_id = plant.accepted("wait", seconds=10)
    execution = plant.in_phase(deployment_id, "applying")
    kill_session(execution, signal.SIGSTOP)
    plant.kill()
    terminated = give_up_from_another_machine(plant, deployment_id)
    assert terminated.resources is Resources.UNKNOWN

    kill_session(execution, signal.SIGCONT)
    late = blob_names.late_result(terminated.operation.id, 1)
    wait_for(lambda: plant.artifacts.size(late), 60, plant.executions)
    plant.restart()
    wait_for(lambda: "late_result" in plant.events(deployment_id), 60, lambda: plant.events(deployment_id))

    assert plant.deployment(deployment_id).status == "failed"
    assert plant.engine_starts(deployment_id, "apply") == 1


def kill_only(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def is_spare_of(pid: int, plant: Plant) -> bool:
    try:
        folder = Path(f"/proc/{pid}/cwd").readlink()
        return folder == plant.folder / "jobs" and start_time(pid) is not None
    except OSError:
        return False
