"""A cancel reaches a deployment wherever it is."""

from __future__ import annotations

from functions.domain.status import Resources
from tests.faults.plant import Plant

# 202 while a runner has yet to stop; 200 where it has stopped before the answer, as on a busy machine
CANCEL_STATUSES = {200, 202}


def test_a_deployment_cancelled_while_it_waits_in_the_queue_never_runs(plant: Plant) -> None:
    plant.proxy.kill_service("queue")
    deployment_id = plant.accepted(name="Ada")

    answer = plant.call("POST", f"/deployments/{deployment_id}/cancel")

    assert answer.status in CANCEL_STATUSES
    plant.proxy.revive("queue")
    assert plant.ended(deployment_id).status == "cancelled"
    assert plant.engine_starts(deployment_id, "apply") == 0


def test_a_deployment_cancelled_in_init_or_plan_makes_nothing(plant: Plant) -> None:
    for command in ("init", "plan"):
        with plant.holding(command):
            deployment_id = plant.accepted(name="Ada")
            plant.at_command(deployment_id, command)
            answer = plant.call("POST", f"/deployments/{deployment_id}/cancel")
            assert answer.status in CANCEL_STATUSES
            ended = plant.ended(deployment_id)

        assert ended.status == "cancelled"
        assert ended.resources is Resources.NONE
        assert plant.engine_starts(deployment_id, "apply") == 0


def test_a_deployment_cancelled_in_apply_stops_within_seconds_and_says_what_was_in_flight(
    plant: Plant,
) -> None:
    deployment_id = plant.accepted("wait", seconds=300)
    plant.in_phase(deployment_id, "applying")

    answer = plant.call("POST", f"/deployments/{deployment_id}/cancel")

    assert answer.status in CANCEL_STATUSES
    ended = plant.ended(deployment_id, 30)
    assert ended.status == "cancelled"
    assert ended.resources is Resources.UNKNOWN
    assert ended.error is not None
    assert "terraform_data." in ended.error.message


def test_a_cancel_whose_host_dies_at_once_is_still_heard(plant: Plant) -> None:
    deployment_id = plant.accepted("wait", seconds=300)
    plant.in_phase(deployment_id, "applying")
    trap = plant.proxy.trap("PUT blob cancel", plant.kill)

    plant.call("POST", f"/deployments/{deployment_id}/cancel")
    assert trap.sprung.wait(180)
    plant.restart()

    assert plant.ended(deployment_id, 60).status == "cancelled"
