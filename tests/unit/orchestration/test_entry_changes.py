"""Which entries of the index follow from a change."""

from __future__ import annotations

from functions.domain.deployments import transitions
from functions.domain.deployments.change import Change
from functions.domain.deployments.deployment import Deployment
from functions.domain.jobs.job_contract import Outcome
from functions.domain.status import OperationKind
from functions.services.orchestration.entry_changes import entry_changes
from tests.builders import AT, a_deployment, a_result
from tests.unit.decisions import planned
from tests.world import World


def ids(before: Deployment, change: Change) -> dict[str, list[str]]:
    changes = entry_changes(before, change)
    return {
        name: [operation.id for operation in getattr(changes, name)]
        for name in ("started", "released", "finished", "dropped")
        if getattr(changes, name)
    }


def test_an_operation_whose_job_was_started_begins_to_run() -> None:
    pending = a_deployment()

    assert ids(pending, transitions.job_started(pending, AT, "pid-1-2")) == {"started": [pending.task_id]}


def test_an_operation_that_is_to_be_tried_again_runs_no_more() -> None:
    running = transitions.job_started(a_deployment(), AT, "pid-1-2").deployment

    change = transitions.job_abandoned(running, AT, reason="no capacity", not_before=AT)

    assert ids(running, change) == {"released": [running.task_id]}


def test_a_result_ends_the_operation() -> None:
    running = transitions.job_started(a_deployment(), AT, "pid-1-2").deployment

    assert ids(running, transitions.ended(running, a_result(Outcome.SUCCEEDED, at=AT))) == {
        "finished": [running.task_id]
    }


def test_what_is_noted_of_a_runner_changes_no_entry() -> None:
    running = transitions.job_started(a_deployment(), AT, "pid-1-2").deployment

    assert not entry_changes(running, transitions.runner_silent(running, AT))


def test_a_late_result_of_what_has_ended_changes_no_entry() -> None:
    running = transitions.job_started(a_deployment(), AT, "pid-1-2").deployment
    ended = transitions.ended(running, a_result(Outcome.LOST, at=AT)).deployment

    assert not entry_changes(ended, transitions.late_result(ended, AT, outcome="succeeded", artifact="x"))


def test_an_apply_ends_the_plans_of_the_state_before_together_with_itself() -> None:
    world = World()
    waiting = planned(world)
    second = world.ask(waiting, OperationKind.APPLY)
    running = transitions.job_started(
        world.deployment(waiting.deployment_id), world.time, "pid-1-2"
    ).deployment

    change = transitions.ended(running, world.success(ended_at=world.time))

    assert ids(running, change) == {"finished": [second.id], "dropped": [waiting.task_id]}
