"""A deployment's time to live: told before, destroyed at its end, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from functions.domain.deployments.deployment import Deployment
from functions.domain.deployments.operation_order import MAX_UNFINISHED
from functions.domain.failures import Failure, FailureCode
from functions.domain.jobs.job_contract import Outcome
from functions.domain.status import Approval, DeploymentStatus, OperationKind, Resources
from functions.services.maintenance.reconcile import reconcile
from functions.services.scheduling.expiry import schedule_expiry
from tests.builders import a_plan
from tests.unit.decisions import approve
from tests.unit.life import destroyed
from tests.world import World

HOUR = 3600


def living_for(world: World, hours: int, **request: object) -> Deployment:
    deployment = world.deploy(**{"ttl": timedelta(hours=hours), **request}).deployment  # type: ignore[arg-type]
    return world.run(deployment)


def test_nothing_happens_before_its_time() -> None:
    world = World()
    deployment = living_for(world, 10)
    world.pass_time(8 * HOUR)

    reconcile(world.ctx)

    assert "expires_soon" not in world.event_names(deployment)


def test_it_is_told_before_it_ends() -> None:
    world = World()
    deployment = living_for(world, 10)
    world.pass_time(9.5 * HOUR)

    reconcile(world.ctx)
    reconcile(world.ctx)

    assert world.event_names(deployment).count("expires_soon") == 1
    assert world.deployment(deployment.deployment_id).status is DeploymentStatus.COMPLETED


def test_it_is_destroyed_at_its_end_and_only_once() -> None:
    world = World()
    deployment = living_for(world, 10)
    world.pass_time(11 * HOUR)
    reconcile(world.ctx)
    reconcile(world.ctx)

    ended = world.run(deployment, destroyed(world))
    reconcile(world.ctx)

    assert ended.status is DeploymentStatus.DESTROYED
    names = world.event_names(deployment)
    assert names.index("expires_soon") < names.index("operation_accepted")
    assert names.count("operation_accepted") == 1


def test_its_end_needs_no_further_approval() -> None:
    world = World()
    deployment = living_for(world, 10, env_id="dev", approval=Approval.NONE)
    world.pass_time(11 * HOUR)

    reconcile(world.ctx)

    (destroy,) = world.deployment(deployment.deployment_id).unfinished
    assert (destroy.kind, destroy.approval, destroy.created_by) == (
        OperationKind.DESTROY,
        Approval.NONE,
        "slipway",
    )


def test_one_that_was_destroyed_before_its_end_is_left_alone() -> None:
    world = World()
    deployment = living_for(world, 10)
    world.ask(deployment, OperationKind.DESTROY)
    world.run(deployment, destroyed(world))
    world.pass_time(11 * HOUR)

    reconcile(world.ctx)

    assert world.deployment(deployment.deployment_id).unfinished == ()
    assert world.index.active(due_before=world.time) == []


def test_one_whose_state_is_to_be_recovered_first_is_destroyed_once_it_is() -> None:
    world = World()
    failed = world.success(
        outcome=Outcome.FAILED, errored_state="x", failure=Failure(FailureCode.APPLY_FAILED, "no")
    )
    deployment = world.run(world.deploy(ttl=timedelta(hours=10)).deployment, failed)
    world.pass_time(11 * HOUR)
    reconcile(world.ctx)
    reconcile(world.ctx)
    world.ask(deployment, OperationKind.RECOVER)

    world.run(deployment, world.success(outputs={}))
    reconcile(world.ctx)
    recovered = world.deployment(deployment.deployment_id)

    assert recovered.errored_state is None
    (destroy,) = recovered.unfinished
    assert (destroy.kind, destroy.created_by) == (OperationKind.DESTROY, "slipway")


def test_one_whose_line_is_full_goes_on_with_it_and_is_destroyed_after() -> None:
    world = World()
    deployment = living_for(world, 10)
    for _ in range(MAX_UNFINISHED):
        world.ask(deployment, OperationKind.APPLY)
    world.pass_time(11 * HOUR)
    reconcile(world.ctx)
    reconcile(world.ctx)

    world.run(deployment)
    reconcile(world.ctx)

    unfinished = world.deployment(deployment.deployment_id).unfinished
    assert unfinished[-1].kind is OperationKind.DESTROY
    assert len(unfinished) == MAX_UNFINISHED


def test_a_request_that_is_posted_again_does_not_live_longer() -> None:
    world = World()
    deployment = world.deploy(ttl=timedelta(hours=10), key="k").deployment
    world.run(deployment)
    world.pass_time(8.9 * HOUR)
    assert world.deploy(ttl=timedelta(hours=10), key="k").replayed
    world.pass_time(0.2 * HOUR)

    reconcile(world.ctx)

    assert "expires_soon" in world.event_names(deployment)


def test_a_destroy_that_awaits_approval_does_not_hold_its_end_up() -> None:
    world = World()
    deployment = living_for(world, 10)
    waiting = world.ask(deployment, OperationKind.DESTROY, approval=Approval.PLAN)
    world.run(deployment, world.plan_result(plan=a_plan(serial=1, lineage="lineage", planned_at=world.time)))
    world.pass_time(11 * HOUR)

    reconcile(world.ctx)
    reconcile(world.ctx)

    unfinished = world.deployment(deployment.deployment_id).unfinished
    assert [operation.kind for operation in unfinished if operation.id != waiting.id] == [
        OperationKind.DESTROY
    ]


def test_a_request_that_nobody_approved_ends_with_its_time_to_live() -> None:
    world = World()
    deployment = world.deploy(ttl=timedelta(hours=10), approval=Approval.REQUEST).deployment
    world.pass_time(11 * HOUR)

    reconcile(world.ctx)
    reconcile(world.ctx)

    ended = world.deployment(deployment.deployment_id)
    assert ended.error is not None
    assert (ended.status, ended.error.code) == (DeploymentStatus.REJECTED, "approval_expired")
    assert world.launcher.started == []
    assert world.index.active(due_before=world.time) == []


def test_an_entry_that_is_left_over_goes() -> None:
    world = World()
    deployment = world.run(world.deploy().deployment)
    schedule_expiry(world.ctx, replace(deployment, expires_at=world.time))

    reconcile(world.ctx)

    assert world.index.active(due_before=world.time) == []


def test_what_an_approved_apply_has_made_for_a_dry_run_is_destroyed_at_its_end() -> None:
    world = World()
    deployment = world.deploy(ttl=timedelta(hours=10), approval=Approval.REQUEST, dry_run=True).deployment
    approve(world, deployment.task_id)
    world.run(deployment, world.success(outputs={}, applied=False, state=None))
    approve(world, world.ask(deployment, OperationKind.APPLY).id)
    world.run(deployment)
    world.pass_time(11 * HOUR)

    reconcile(world.ctx)
    reconcile(world.ctx)

    (destroy,) = world.deployment(deployment.deployment_id).unfinished
    assert (destroy.kind, destroy.approval) == (OperationKind.DESTROY, Approval.NONE)


def test_the_end_of_its_time_does_not_make_known_what_a_lost_apply_may_have_left() -> None:
    world = World()
    deployment = world.deploy(ttl=timedelta(hours=2)).deployment
    lost = world.success(
        outcome=Outcome.LOST, resources=Resources.UNKNOWN, failure=Failure(FailureCode.RUNNER_LOST, "x")
    )
    world.run(deployment, lost)

    world.pass_time(2 * HOUR)
    reconcile(world.ctx)
    world.run(deployment, destroyed(world))
    world.pass_time(2 * HOUR)
    reconcile(world.ctx)

    after = world.deployment(deployment.deployment_id)
    assert (after.status, after.resources) == (DeploymentStatus.DESTROYED, Resources.UNKNOWN)
    assert after.operation_count == 2
    world.ask(after, OperationKind.DESTROY)
    assert world.run(after, destroyed(world)).resources is Resources.NONE
