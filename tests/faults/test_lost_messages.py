"""A message that is lost, doubled, late, out of order or malformed costs time and nothing else."""

from __future__ import annotations

from functions.domain.jobs.wake_up import WakeUp
from tests.faults.plant import Plant, wait_for


def test_a_message_that_was_lost_costs_only_time(plant: Plant) -> None:
    plant.proxy.kill_service("queue")
    deployment_id = plant.accepted(name="Ada")

    assert plant.ended(deployment_id).status == "completed"


def test_a_queue_that_comes_back_is_listened_to_again(plant: Plant) -> None:
    plant.proxy.kill_service("queue")
    first = plant.accepted(name="Ada")
    plant.ended(first)
    plant.proxy.revive("queue")

    second = plant.accepted(name="Ada")

    assert plant.ended(second).status == "completed"
    wait_for(lambda: messages_left(plant) == 0, 60, plant.host_log)


def test_messages_sent_many_times_and_in_any_order_run_everything_once(plant: Plant) -> None:
    ids = [plant.accepted(name=f"n{number}") for number in range(4)]
    for deployment_id in reversed(ids * 5):
        plant.clients.operations.send_message(WakeUp(deployment_id, "again").to_json())
        plant.clients.completions.send_message(WakeUp(deployment_id, "again").to_json())

    for deployment_id in ids:
        assert plant.ended(deployment_id).status == "completed"
        assert plant.events(deployment_id).count("succeeded") == 1
        assert plant.engine_starts(deployment_id, "apply") == 1


def test_messages_that_are_no_wake_ups_are_dropped_and_stop_nobody(plant: Plant) -> None:
    for text in (
        "not json",
        "[]",
        "{}",
        '{"deployment_id": 7}',
        '{"deployment_id": "deploy-000000000000"}',
        "ü" * 9,
    ):
        plant.clients.operations.send_message(text)

    deployment_id = plant.accepted(name="Ada")

    assert plant.ended(deployment_id).status == "completed"
    wait_for(lambda: messages_left(plant) == 0, 60, plant.host_log)
    assert "it is not a wake-up, dropping it" in plant.host_log()


def test_a_message_for_a_finished_deployment_changes_nothing(plant: Plant) -> None:
    deployment_id = plant.accepted(name="Ada")
    before = plant.ended(deployment_id)
    plant.clients.operations.send_message(WakeUp(deployment_id, "late").to_json())

    wait_for(lambda: messages_left(plant) == 0, 60, plant.host_log)

    assert plant.deployment(deployment_id) == before


def messages_left(plant: Plant) -> int:
    """Return how many messages queue `operations` holds, those that are being worked on with them."""
    return plant.clients.operations.get_queue_properties().approximate_message_count or 0
