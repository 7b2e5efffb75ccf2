"""Of what is to be approved as a request nothing runs before somebody said yes to that very request."""

from __future__ import annotations

import pytest

from functions.domain.deployments.deployment import Deployment
from functions.domain.errors import RequestRefused
from functions.domain.failures import Failure, FailureCode
from functions.domain.jobs.job_contract import Outcome
from functions.domain.status import Approval, DeploymentStatus, OperationKind, OperationStatus
from functions.services.operations.retry_operation import retry_operation
from tests.builders import a_plan
from tests.unit.decisions import approve, reject
from tests.world import World


def test_a_request_runs_nothing_before_it_is_approved() -> None:
    world = World()
    deployment = world.deploy(approval=Approval.REQUEST).deployment

    world.advance(deployment)
    world.advance(deployment)
    assert world.launcher.started == []

    approve(world, deployment.task_id)
    assert world.run(deployment).status is DeploymentStatus.COMPLETED


def test_an_approved_request_has_its_plan_approved_too_where_the_environment_asks_for_that() -> None:
    world = World()
    deployment = world.deploy(approval=Approval.REQUEST, env_id="prod").deployment
    approve(world, deployment.task_id)

    waiting = world.run(deployment, world.plan_result())

    assert waiting.status is DeploymentStatus.AWAITING_APPROVAL
    approve(world, deployment.task_id, plan_sha256=a_plan().sha256)
    assert world.run(deployment).status is DeploymentStatus.COMPLETED


def test_a_yes_to_the_request_that_comes_twice_is_no_yes_to_a_plan_that_nobody_has_seen() -> None:
    world = World()
    deployment = world.deploy(approval=Approval.REQUEST, env_id="prod").deployment
    approve(world, deployment.task_id)
    approve(world, deployment.task_id)
    world.run(deployment, world.plan_result())

    with pytest.raises(RequestRefused) as refused:
        approve(world, deployment.task_id)

    assert [problem.pointer for problem in refused.value.errors] == ["/plan_sha256"]
    assert world.deployment(deployment.deployment_id).status is DeploymentStatus.AWAITING_APPROVAL
    assert world.event_names(deployment).count("approved") == 1


def requested(world: World) -> Deployment:
    """A request that awaits approval."""
    return world.deploy(approval=Approval.REQUEST).deployment


@pytest.mark.parametrize("kind", list(OperationKind)[:3])
@pytest.mark.parametrize("is_rejected", [False, True])
def test_nothing_of_a_request_runs_before_it_is_approved_whatever_is_asked_of_it(
    kind: OperationKind, *, is_rejected: bool
) -> None:
    world = World()
    deployment = requested(world)
    if is_rejected:
        reject(world, deployment.task_id)

    world.ask(deployment, kind, approval=Approval.NONE)
    world.advance(deployment)

    assert world.launcher.started == []


def test_an_approved_request_can_be_changed_like_any_other_deployment() -> None:
    world = World()
    deployment = requested(world)
    approve(world, deployment.task_id)
    world.run(deployment)

    world.ask(deployment, OperationKind.APPLY)

    ended = world.run(deployment)
    assert ended.status is DeploymentStatus.COMPLETED
    assert ended.request_decision is not None
    assert ended.request_decision.by == "bob"


def test_a_yes_to_something_else_of_a_request_is_no_yes_to_the_request() -> None:
    world = World()
    deployment = requested(world)
    look = world.ask(deployment, OperationKind.PLAN)
    approve(world, look.id)
    world.run(deployment, world.success(outputs={}, applied=False))

    world.ask(deployment, OperationKind.APPLY, approval=Approval.NONE)
    world.advance(deployment)

    assert len(world.launcher.started) == 1
    assert world.deployment(deployment.deployment_id).is_unapproved_request


def test_a_yes_to_a_dry_run_is_no_yes_to_an_apply() -> None:
    world = World()
    deployment = world.deploy(approval=Approval.REQUEST, dry_run=True).deployment
    approve(world, deployment.task_id)
    world.run(deployment, world.success(outputs={}, applied=False))

    apply = world.ask(deployment, OperationKind.APPLY, approval=Approval.NONE)

    assert apply.status is OperationStatus.AWAITING_APPROVAL


def test_with_a_rejected_request_ends_what_waited_for_the_same() -> None:
    world = World()
    deployment = requested(world)
    waiting = world.ask(deployment, OperationKind.APPLY)

    reject(world, deployment.task_id)

    ended = world.store.operation(waiting.id)
    assert ended is not None
    assert ended.status is OperationStatus.REJECTED
    assert world.deployment(deployment.deployment_id).unfinished == ()


def test_a_rejected_request_that_is_retried_and_approved_is_approved() -> None:
    world = World()
    deployment = requested(world)
    reject(world, deployment.task_id)
    again = retry_operation(world.ctx, deployment.task_id, caller="ada", correlation_id="t", key=None)

    approve(world, again.operation.id)

    assert world.run(deployment).status is DeploymentStatus.COMPLETED
    assert not world.deployment(deployment.deployment_id).is_unapproved_request


def test_a_later_rejection_of_something_else_leaves_the_request_approved() -> None:
    world = World()
    deployment = requested(world)
    approve(world, deployment.task_id)
    world.run(deployment)
    change = world.ask(deployment, OperationKind.APPLY, approval=Approval.REQUEST)

    reject(world, change.id)

    after = world.deployment(deployment.deployment_id)
    assert after.request_decision is not None
    assert after.request_decision.approved
    assert world.ask(deployment, OperationKind.DESTROY).status is OperationStatus.PENDING


def test_a_no_to_a_retry_does_not_take_back_the_yes_before() -> None:
    world = World()
    deployment = requested(world)
    approve(world, deployment.task_id)
    world.run(
        deployment, world.success(outcome=Outcome.FAILED, failure=Failure(FailureCode.APPLY_FAILED, "no"))
    )
    again = retry_operation(world.ctx, deployment.task_id, caller="ada", correlation_id="t", key=None)

    reject(world, again.operation.id)

    assert world.ask(deployment, OperationKind.DESTROY).status is OperationStatus.PENDING
