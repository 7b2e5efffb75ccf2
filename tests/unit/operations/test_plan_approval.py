"""A plan is previewed, somebody approves exactly that, and exactly that is applied."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from functions.domain.errors import RequestRefused
from functions.domain.jobs.job_contract import Task
from functions.domain.status import Approval, DeploymentStatus, OperationKind, OperationStatus, Resources
from functions.services.operations.cancel_operation import cancel_operation
from tests.builders import a_plan
from tests.unit.decisions import approve, planned, reject, spec
from tests.world import World


def test_a_plan_waits_for_approval_without_a_job_and_without_counting_as_running() -> None:
    world = World()

    deployment = planned(world)

    assert deployment.status is DeploymentStatus.AWAITING_APPROVAL
    assert deployment.operation.plan == a_plan(planned_at=world.time)
    assert world.entries() == [f"active {deployment.task_id}"]


def test_an_approved_plan_is_applied_as_it_was_saved() -> None:
    world = World()
    deployment = planned(world)

    approve(world, deployment.task_id)
    ended = world.run(deployment)

    assert spec(world, deployment, 1).task is Task.PLAN
    assert spec(world, deployment, 2).task is Task.APPLY_PLAN
    assert spec(world, deployment, 2).plan == deployment.operation.plan
    assert (ended.status, ended.resources) == (DeploymentStatus.COMPLETED, Resources.SOME)
    decision = ended.operation.decision
    assert decision is not None
    assert (decision.by, decision.comment, decision.at) == ("bob", "fine", world.time)


def test_the_job_of_an_approved_plan_is_started_only_once() -> None:
    world = World()
    deployment = planned(world)
    approve(world, deployment.task_id)

    world.advance(deployment)
    world.advance(deployment)

    assert [start.job for start in world.launcher.started] == [1, 2]


def test_a_rejected_first_plan_ends_the_deployment_with_its_reason() -> None:
    world = World()
    deployment = planned(world)

    reject(world, deployment.task_id)

    ended = world.advance(deployment)
    assert (ended.status, ended.resources) == (DeploymentStatus.REJECTED, Resources.NONE)
    assert ended.error is not None
    assert ended.error.message == "rejected by 'bob': too big"


def test_a_rejected_change_gives_back_the_status_before_it() -> None:
    world = World()
    deployment = world.run(world.deploy().deployment)
    change = world.ask(deployment, OperationKind.APPLY, approval=Approval.PLAN)
    world.run(deployment, world.plan_result(plan=a_plan(serial=1, lineage="lineage", planned_at=world.time)))

    reject(world, change.id)

    assert world.advance(deployment).status is DeploymentStatus.COMPLETED


@pytest.mark.parametrize("decide_again", [approve, reject])
def test_a_second_decision_is_refused_and_says_who_was_first(
    decide_again: Callable[[World, str], None],
) -> None:
    world = World()
    deployment = planned(world)
    approve(world, deployment.task_id, "eve")

    with pytest.raises(RequestRefused) as refused:
        decide_again(world, deployment.task_id)

    assert refused.value.code == "not_awaiting_approval"
    assert "'eve' has approved it" in refused.value.detail


def test_the_same_decision_by_the_same_caller_again_is_no_error() -> None:
    world = World()
    deployment = planned(world)

    approve(world, deployment.task_id)
    approve(world, deployment.task_id)

    assert world.event_names(deployment).count("approved") == 1


def test_who_asked_may_not_approve_where_the_environment_says_so() -> None:
    world = World()
    deployment = planned(world, env_id="prod")

    with pytest.raises(RequestRefused) as refused:
        approve(world, deployment.task_id, "ada")

    assert refused.value.code == "self_approval"
    assert world.advance(deployment).status is DeploymentStatus.AWAITING_APPROVAL


def test_an_environment_asks_for_approval_whatever_the_request_says() -> None:
    with pytest.raises(RequestRefused) as refused:
        World().deploy(env_id="prod", approval=Approval.NONE)

    assert [problem.pointer for problem in refused.value.errors] == ["/approval"]


def test_a_cancelled_plan_cannot_be_approved_any_more() -> None:
    world = World()
    deployment = planned(world)

    cancelled = cancel_operation(world.ctx, deployment.task_id, caller="ada", comment="never mind")

    assert cancelled.stopped
    with pytest.raises(RequestRefused) as refused:
        approve(world, deployment.task_id)
    assert refused.value.code == "not_awaiting_approval"


def test_an_approved_plan_that_has_not_begun_can_be_cancelled() -> None:
    world = World()
    deployment = planned(world)
    approve(world, deployment.task_id)

    cancelled = cancel_operation(world.ctx, deployment.task_id, caller="ada")

    assert cancelled.stopped
    assert [start.job for start in world.launcher.started] == [1]


def test_waiting_for_too_long_rejects_the_operation_and_says_which_limit() -> None:
    world = World(approval_seconds=100)
    deployment = planned(world)
    world.pass_time(101)

    ended = world.advance(deployment)

    assert ended.operation.status is OperationStatus.REJECTED
    assert ended.error is not None
    assert ended.error.code == "approval_expired"
    assert "100 s (SLIPWAY_APPROVAL_SECONDS)" in ended.error.message


def test_a_waiting_plan_blocks_nobody_and_its_approval_goes_to_the_head_of_the_line() -> None:
    world = World()
    deployment = planned(world)
    second = world.ask(deployment, OperationKind.PLAN)
    third = world.ask(deployment, OperationKind.PLAN)
    world.advance(deployment)

    approve(world, deployment.task_id)

    line = [operation.id for operation in world.deployment(deployment.deployment_id).ready_operations]
    assert line == [second.id, deployment.task_id, third.id]


def test_a_plan_that_finds_nothing_to_change_needs_no_approval() -> None:
    world = World()
    accepted = world.deploy(approval=Approval.PLAN)

    assert world.run(accepted.deployment, world.success()).status is DeploymentStatus.COMPLETED


def test_a_host_that_dies_between_approval_and_dispatch_loses_nothing() -> None:
    world = World()
    deployment = planned(world)
    approve(world, deployment.task_id)
    world.wake_ups.sent.clear()

    due = [entry.key for entry in world.index.active(due_before=world.time.replace(year=2027))]

    assert due == [deployment.task_id]


def test_the_plan_that_was_looked_at_can_be_named_and_another_one_is_not_approved() -> None:
    world = World()
    deployment = planned(world)

    with pytest.raises(RequestRefused) as refused:
        approve(world, deployment.task_id, plan_sha256="2" * 64)
    assert refused.value.code == "plan_differs"
    assert a_plan().sha256 in refused.value.detail

    approve(world, deployment.task_id, plan_sha256=a_plan().sha256)
    assert world.run(deployment).status is DeploymentStatus.COMPLETED


def test_approved_plans_are_applied_in_the_order_of_their_approval() -> None:
    world = World()
    deployment = world.run(world.deploy().deployment)
    waiting = [world.ask(deployment, OperationKind.APPLY, approval=Approval.PLAN) for _ in range(2)]
    for _ in waiting:
        of_now = a_plan(serial=1, lineage="lineage", planned_at=world.time)
        world.run(deployment, world.plan_result(plan=of_now))
    busy = world.ask(deployment, OperationKind.PLAN)
    world.advance(deployment)

    for operation in waiting:
        approve(world, operation.id)

    line = [operation.id for operation in world.deployment(deployment.deployment_id).ready_operations]
    assert line == [busy.id, *(operation.id for operation in waiting)]


def test_a_cancel_that_comes_while_the_plan_is_made_ends_it() -> None:
    world = World()
    deployment = world.deploy(approval=Approval.PLAN).deployment
    world.advance(deployment)
    world.claim(deployment)
    cancel_operation(world.ctx, deployment.task_id, caller="ada", comment="never mind")

    world.write_result(deployment, world.plan_result())
    ended = world.advance(deployment)

    assert ended.operation.status is OperationStatus.CANCELLED
    assert ended.status is DeploymentStatus.CANCELLED
    assert world.event_names(deployment)[-2:] == ["planned", "cancelled"]
    assert world.entries() == []


def test_who_cancelled_what_waited_is_kept_with_the_comment() -> None:
    world = World()
    deployment = planned(world)

    operation = cancel_operation(world.ctx, deployment.task_id, caller="ada", comment="never mind").operation

    assert (operation.cancel_requested_by, operation.cancel_comment) == ("ada", "never mind")
    assert operation.cancel_requested_at == world.time
