"""Approvals that meet something else: a cancel, a second approval, a rejection, a state that has moved."""

from __future__ import annotations

import json
from datetime import timedelta

from functions.domain import clock
from functions.domain.status import OperationStatus, Resources
from tests.faults.lifecycle import (
    approve,
    asked,
    at_once,
    awaiting,
    cancel,
    events_of,
    operation_ended,
    planned,
    planned_change,
    reject,
    statuses,
)
from tests.faults.plant import Answer, Plant, wait_for

_ROUNDS = 6


def test_of_an_approval_and_a_cancel_at_the_same_instant_one_wins_and_the_other_is_told(plant: Plant) -> None:
    for operation_id in [planned(plant, name=f"n{number}") for number in range(_ROUNDS)]:
        approved, cancelled = at_once(
            lambda: approve(plant, operation_id),  # noqa: B023  # both are done before the next round
            lambda: cancel(plant, operation_id),  # noqa: B023
        )
        _assert_one_story(plant, operation_id, approved, cancelled)


def _assert_one_story(plant: Plant, operation_id: str, approved: Answer, cancelled: Answer) -> None:
    """Answers, events, engine and record tell the same."""
    ended = operation_ended(plant, operation_id)
    events = events_of(plant, operation_id)
    applies = plant.engine_starts(operation_id, "apply")
    if approved.status == 409:
        assert approved.body["code"] == "not_awaiting_approval"
        assert "'cancelled'" in approved.body["detail"]
        assert cancelled.status == 200
        assert (ended.status, applies) == (OperationStatus.CANCELLED, 0)
        assert events[-1] == "cancelled"
        assert "approved" not in events
        return
    assert approved.status == 200
    assert events.count("approved") == 1
    if ended.status is OperationStatus.CANCELLED:
        assert cancelled.status in {200, 202}
        assert events.index("approved") < events.index("cancelled")
        return
    assert (ended.status, applies) == (OperationStatus.SUCCEEDED, 1)
    assert cancelled.status in {202, 409}


def test_of_two_who_approve_at_once_one_does_and_the_other_is_told_who(plant: Plant) -> None:
    for operation_id in [planned(plant, name=f"n{number}") for number in range(4)]:
        answers = at_once(
            lambda: approve(plant, operation_id, "bob"),  # noqa: B023
            lambda: approve(plant, operation_id, "eve"),  # noqa: B023
        )

        assert statuses(answers) == [200, 409]
        ended = operation_ended(plant, operation_id)
        assert ended.decision is not None
        (told,) = [answer for answer in answers if answer.status == 409]
        assert f"'{ended.decision.by}' has approved it" in told.body["detail"]
        assert ended.status is OperationStatus.SUCCEEDED
        assert events_of(plant, operation_id).count("approved") == 1
        assert plant.engine_starts(operation_id, "apply") == 1


def test_who_approves_twice_at_once_is_told_yes_twice_and_it_counts_once(plant: Plant) -> None:
    operation_id = planned(plant, name="Ada")

    answers = at_once(*[lambda: approve(plant, operation_id)] * 4)

    assert statuses(answers) == [200] * 4
    assert operation_ended(plant, operation_id).status is OperationStatus.SUCCEEDED
    assert events_of(plant, operation_id).count("approved") == 1
    assert plant.engine_starts(operation_id, "apply") == 1


def test_of_an_approval_and_a_rejection_at_once_the_first_counts(plant: Plant) -> None:
    for operation_id in [planned(plant, name=f"n{number}") for number in range(4)]:
        approved, rejected = at_once(
            lambda: approve(plant, operation_id, "bob"),  # noqa: B023
            lambda: reject(plant, operation_id, "eve"),  # noqa: B023
        )

        assert statuses([approved, rejected]) == [200, 409]
        ended = operation_ended(plant, operation_id)
        yes = approved.status == 200
        assert ended.status is (OperationStatus.SUCCEEDED if yes else OperationStatus.REJECTED)
        assert plant.engine_starts(operation_id, "apply") == int(yes)


def test_a_rejected_plan_cannot_be_approved_and_is_never_applied(plant: Plant) -> None:
    operation_id = planned(plant, name="Ada")
    assert reject(plant, operation_id, "eve").status == 200

    refused = approve(plant, operation_id)

    assert (refused.status, refused.body["code"]) == (409, "not_awaiting_approval")
    assert "'eve' has rejected it" in refused.body["detail"]
    deployment = plant.ended(plant.operation(operation_id).deployment_id)
    assert (deployment.status, deployment.resources) == ("rejected", Resources.NONE)
    assert plant.engine_starts(operation_id, "apply") == 0


def test_a_plan_that_is_too_old_is_refused_and_one_call_makes_a_new_one(plant: Plant) -> None:
    plant.kill()
    plant.restart(SLIPWAY_PLAN_SECONDS="1")
    operation_id = planned(plant, name="Ada")
    plan = plant.operation(operation_id).plan
    assert plan is not None
    wait_for(lambda: clock.now() > plan.planned_at + timedelta(seconds=1.1), 10, lambda: plan)

    refused = approve(plant, operation_id)

    assert (refused.status, refused.body["code"]) == (409, "plan_stale")
    assert approve(plant, operation_id).body["code"] == "plan_stale"
    again = plant.call("POST", f"/operations/{operation_id}/retry", {}, {"X-Slipway-User": "ada"})
    assert again.status == 202
    awaiting(plant, again.body["id"])
    assert plant.engine_starts(operation_id, "apply") == 0


def test_an_apply_that_moves_the_state_makes_a_waiting_plan_stale_and_a_new_one_can_be_applied(
    plant: Plant,
) -> None:
    deployment_id = plant.accepted(name="Ada")
    plant.ended(deployment_id)
    waiting = planned_change(plant, deployment_id, name="Grace")
    mover = asked(plant, deployment_id, "apply", parameters={"name": "Eve"})
    deployment = plant.ended(deployment_id)

    stale = plant.operation(waiting)
    refused = approve(plant, waiting)

    assert plant.operation(mover).status is OperationStatus.SUCCEEDED
    assert deployment.outputs["greeting"] == "Hello, Eve!"
    assert stale.error is not None
    assert (stale.status, stale.error.code) == (OperationStatus.FAILED, "plan_stale")
    assert (refused.status, refused.body["code"]) == (409, "plan_stale")
    assert f"'{mover}'" in refused.body["detail"]
    again = plant.call("POST", f"/operations/{waiting}/retry", {}, {"X-Slipway-User": "ada"})
    assert approve(plant, awaiting(plant, again.body["id"])).status == 200
    assert plant.ended(deployment_id).outputs["greeting"] == "Hello, Grace!"
    assert plant.engine_starts(waiting, "apply") == 0


def test_an_approval_while_another_apply_moves_the_state_applies_nothing_of_the_old_plan(
    plant: Plant,
) -> None:
    deployment_id = plant.accepted(name="Ada")
    plant.ended(deployment_id)
    waiting = planned_change(plant, deployment_id, name="Grace")
    with plant.holding("apply"):
        mover = asked(plant, deployment_id, "apply", parameters={"name": "Eve"})
        plant.at_command(mover, "apply")
        assert approve(plant, waiting).status == 200
    deployment = plant.ended(deployment_id)

    stale = plant.operation(waiting)

    assert stale.error is not None
    assert (stale.status, stale.error.code) == (OperationStatus.FAILED, "plan_stale")
    assert deployment.status == "completed"
    assert deployment.outputs["greeting"] == "Hello, Eve!"
    assert plant.engine_starts(waiting, "apply") == 0


def test_a_state_that_somebody_moved_outside_slipway_makes_an_approved_plan_stale(plant: Plant) -> None:
    deployment_id = plant.accepted(name="Ada")
    plant.ended(deployment_id)
    waiting = planned_change(plant, deployment_id, name="Grace")
    _touch_state(plant, deployment_id)

    assert approve(plant, waiting).status == 200
    deployment = plant.ended(deployment_id)

    stale = plant.operation(waiting)
    assert stale.error is not None
    assert (stale.status, stale.error.code) == (OperationStatus.FAILED, "plan_stale")
    assert (deployment.status, deployment.resources) == ("completed", Resources.SOME)
    assert deployment.outputs["greeting"] == "Hello, Ada!"


def _touch_state(plant: Plant, deployment_id: str) -> None:
    """Give the state the next serial, as any write to it does."""
    (file,) = (plant.folder / "state" / deployment_id).rglob("*.tfstate")
    state = json.loads(file.read_text())
    file.write_text(json.dumps({**state, "serial": state["serial"] + 1}))
