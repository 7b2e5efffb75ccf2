"""A plan that is not of what there is any more is not applied, and one call makes a new one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from functions.domain.errors import RequestRefused
from functions.domain.status import Approval, DeploymentStatus, OperationKind, OperationStatus
from functions.services.operations.retry_operation import retry_operation
from tests.builders import a_plan, a_state
from tests.unit.decisions import approve, planned, reject, spec
from tests.world import World


def test_a_plan_that_is_too_old_cannot_be_approved_and_one_call_makes_a_new_one() -> None:
    world = World(plan_seconds=3600)
    deployment = planned(world)
    world.pass_time(3601)

    with pytest.raises(RequestRefused) as refused:
        approve(world, deployment.task_id)

    assert refused.value.code == "plan_stale"
    again = retry_operation(
        world.ctx, deployment.task_id, caller="ada", correlation_id="t", key=None
    ).operation
    assert (again.number, again.approval) == (2, Approval.PLAN)
    assert world.run(deployment, world.plan_result()).status is DeploymentStatus.AWAITING_APPROVAL


def test_an_apply_that_moves_the_state_makes_a_waiting_plan_stale_in_the_same_move() -> None:
    world = World()
    deployment = world.run(world.deploy().deployment)
    waiting = world.ask(deployment, OperationKind.APPLY, approval=Approval.PLAN)
    of_now = a_plan(serial=1, lineage="lineage", planned_at=world.time)
    world.run(deployment, world.plan_result(plan=of_now))
    world.ask(deployment, OperationKind.APPLY)

    moved = world.run(deployment, world.success(state=a_state(serial=2, lineage="lineage")))

    stale = world.store.operation(waiting.id)
    assert stale is not None
    assert stale.error is not None
    assert (stale.status, stale.error.code) == (OperationStatus.FAILED, "plan_stale")
    assert moved.status is DeploymentStatus.COMPLETED
    assert world.event_names(deployment)[-2:] == ["succeeded", "plan_stale"]
    with pytest.raises(RequestRefused) as refused:
        approve(world, waiting.id)
    assert refused.value.code == "plan_stale"


def test_an_apply_that_leaves_the_state_as_it_is_leaves_waiting_plans_alone() -> None:
    world = World()
    deployment = world.run(world.deploy().deployment)
    waiting = world.ask(deployment, OperationKind.APPLY, approval=Approval.PLAN)
    of_now = a_plan(serial=1, lineage="lineage", planned_at=world.time)
    world.run(deployment, world.plan_result(plan=of_now))
    world.ask(deployment, OperationKind.APPLY)

    world.run(deployment)

    assert world.deployment(deployment.deployment_id).find(waiting.id) is not None
    assert world.deployment(deployment.deployment_id).status is DeploymentStatus.AWAITING_APPROVAL


def test_an_approved_plan_that_waited_in_line_for_too_long_is_not_applied() -> None:
    world = World(plan_seconds=3600, max_parallel=0)
    deployment = world.deploy(approval=Approval.PLAN).deployment
    world.ctx = replace(world.ctx, policy=replace(world.ctx.policy, max_parallel=9))
    world.run(deployment, world.plan_result())
    approve(world, deployment.task_id)
    world.pass_time(3601)

    ended = world.advance(deployment)

    assert ended.error is not None
    assert (ended.operation.status, ended.error.code) == (OperationStatus.FAILED, "plan_stale")
    assert [start.job for start in world.launcher.started] == [1]


def test_a_retry_plans_what_the_operation_was_to_do_whatever_was_applied_since() -> None:
    world = World()
    deployment = world.deploy(approval=Approval.PLAN, parameters={"name": "Ada"}).deployment
    world.run(deployment, world.plan_result())
    reject(world, deployment.task_id)
    world.ask(deployment, OperationKind.APPLY, parameters={"name": "Grace"})
    world.run(deployment)

    again = retry_operation(
        world.ctx, f"op-{deployment.deployment_id[7:]}-1", caller="ada", correlation_id="t", key=None
    ).operation
    moved = world.run(deployment, world.plan_result())

    assert again.retry_of is not None
    assert spec(world, moved, 1).parameters == {"name": "Ada"}
