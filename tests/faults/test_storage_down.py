"""Storage may be away: before a request, in the middle of one, and while a runner is at work."""

from __future__ import annotations

from functions.domain.status import Resources
from tests.faults.plant import Plant


def test_storage_that_is_down_refuses_the_request_and_makes_nothing(plant: Plant) -> None:
    plant.accepted(name="first")
    plant.proxy.kill_service("table")

    refused = plant.deploy(key="k", name="Ada")

    assert refused.status == 503
    assert refused.body["code"] == "storage_unavailable"
    assert int(refused.headers["Retry-After"]) > 0
    plant.proxy.revive("table")
    again = plant.deploy(key="k", name="Ada")
    assert again.status == 202
    assert "Idempotent-Replayed" not in again.headers
    assert plant.ended(again.body["data"]["deployment_id"]).status == "completed"


def test_a_batch_whose_answer_was_lost_is_read_back(plant: Plant) -> None:
    trap = plant.proxy.trap("batch accepted", lambda: None, after=True)

    answer = plant.deploy(name="Ada")

    assert trap.sprung.is_set()
    assert answer.status == 202
    assert plant.ended(answer.body["data"]["deployment_id"]).status == "completed"


def test_a_batch_whose_fate_nobody_knows_names_the_deployment_and_a_repeat_finds_it(plant: Plant) -> None:
    plant.proxy.trap("batch accepted", lambda: plant.proxy.kill_service("table"), after=True)

    unknown = plant.deploy(key="k", name="Ada")

    assert unknown.status == 503
    assert unknown.body["code"] == "outcome_unknown"
    plant.proxy.revive("table")
    again = plant.deploy(key="k", name="Ada")
    assert again.body["data"]["deployment_id"] == unknown.body["deployment_id"]
    assert plant.ended(unknown.body["deployment_id"]).status == "completed"


def test_a_queue_that_is_down_after_the_batch_is_no_refusal(plant: Plant) -> None:
    plant.proxy.kill_service("queue")

    answer = plant.deploy(name="Ada")

    assert answer.status == 202
    assert plant.ended(answer.body["data"]["deployment_id"]).status == "completed"


def test_blobs_that_are_away_while_a_runner_is_at_work_cost_it_nothing(plant: Plant) -> None:
    deployment_id = plant.accepted("wait", seconds=4)
    plant.in_phase(deployment_id, "applying")
    plant.proxy.kill_service("blob")
    plant.at_command(deployment_id, "state")
    plant.proxy.revive("blob")

    ended = plant.ended(deployment_id)

    assert ended.status == "completed", ended.error
    assert ended.resources is Resources.SOME
    assert plant.engine_starts(deployment_id, "apply") == 1


def test_tables_that_are_away_while_a_runner_ends_are_caught_up_with(plant: Plant) -> None:
    deployment_id = plant.accepted("wait", seconds=3)
    plant.in_phase(deployment_id, "applying")
    plant.proxy.kill_service("table")
    plant.at_command(deployment_id, "state")
    plant.proxy.revive("table")

    assert plant.ended(deployment_id).status == "completed"
