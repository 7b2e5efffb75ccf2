"""Operations of one deployment: in order, one at a time, each with its own end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from functions.domain.deployments.operation_order import MAX_UNFINISHED
from functions.domain.errors import RequestRefused
from functions.domain.failures import Failure, FailureCode
from functions.domain.jobs.job_contract import Outcome
from functions.domain.status import DeploymentStatus, OperationKind, OperationStatus, Resources
from functions.ports import ActiveEntry
from functions.services.maintenance.reconcile import reconcile
from functions.services.operations.cancel_operation import cancel_operation
from functions.services.operations.get_operation import get_operation
from functions.services.operations.list_operations import list_operations
from functions.services.operations.retry_operation import retry_operation
from tests.builders import a_state
from tests.unit.life import change_template, destroyed
from tests.world import World


def test_two_operations_never_run_together_and_the_second_says_what_it_waits_for() -> None:
    world = World()
    deployment = world.claimed()

    second = world.ask(deployment, OperationKind.APPLY)
    world.advance(deployment)

    view = get_operation(world.ctx, second.id)
    assert (view.position, view.blocked_by) == (1, deployment.task_id)
    assert view.operation.phase == "queued"
    assert len(world.launcher.started) == 1


def test_the_end_of_one_starts_the_next_in_the_same_look() -> None:
    world = World()
    deployment = world.started()
    world.ask(deployment, OperationKind.APPLY)
    world.claim(deployment)
    world.write_result(deployment, world.success())

    world.advance(deployment)

    assert [start.operation_id[-2:] for start in world.launcher.started] == ["-1", "-2"]


def test_new_parameters_are_the_deployments_once_they_are_applied() -> None:
    world = World()
    deployment = world.run(world.deploy(parameters={"name": "Ada"}).deployment)

    world.ask(deployment, OperationKind.APPLY, parameters={"name": "Grace"})
    before = world.deployment(deployment.deployment_id).parameters
    after = world.run(deployment).parameters

    assert (before, after) == ({"name": "Ada"}, {"name": "Grace"})


def test_a_change_that_fails_before_it_applies_leaves_everything_as_it_was() -> None:
    world = World()
    deployment = world.run(world.deploy(parameters={"name": "Ada"}).deployment)
    world.ask(deployment, OperationKind.APPLY, parameters={"name": "Grace"})

    after = world.run(deployment, world.failure())

    assert after.status is DeploymentStatus.COMPLETED
    assert (after.parameters, after.outputs) == ({"name": "Ada"}, {"greeting": "hello"})
    assert after.resources is Resources.SOME
    assert after.error is not None


def test_wrong_new_parameters_are_refused_by_name() -> None:
    world = World()
    deployment = world.run(world.deploy().deployment)

    with pytest.raises(RequestRefused) as refused:
        world.ask(deployment, OperationKind.APPLY, parameters={"nmae": "x"})

    assert [problem.pointer for problem in refused.value.errors] == ["/parameters/nmae"]


def test_a_dry_run_ends_completed_and_has_made_nothing() -> None:
    world = World()

    ended = world.run(world.deploy(dry_run=True).deployment, world.plan_result())

    assert (ended.status, ended.resources) == (DeploymentStatus.COMPLETED, Resources.NONE)
    assert ended.operation.changes == {"add": 1, "change": 0, "remove": 0}


def test_a_destroy_leaves_nothing_and_a_second_one_is_harmless() -> None:
    world = World()
    deployment = world.run(world.deploy().deployment)
    first = world.ask(deployment, OperationKind.DESTROY)
    ended = world.run(deployment, destroyed(world))

    again = world.ask(deployment, OperationKind.DESTROY)

    assert (ended.status, ended.resources, ended.outputs) == (DeploymentStatus.DESTROYED, Resources.NONE, {})
    assert ended.state is None
    assert again.id == first.id


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.CANCELLED, Outcome.LOST])
def test_what_a_broken_apply_has_made_can_be_destroyed(outcome: Outcome) -> None:
    world = World()
    broken = world.success(
        outcome=outcome, resources=Resources.UNKNOWN, failure=Failure(FailureCode.APPLY_FAILED, "no")
    )
    deployment = world.run(world.deploy().deployment, broken)
    assert deployment.resources is Resources.UNKNOWN

    world.ask(deployment, OperationKind.DESTROY)

    assert world.run(deployment, destroyed(world)).status is DeploymentStatus.DESTROYED


def test_a_destroyed_deployment_can_be_applied_again() -> None:
    world = World()
    deployment = world.run(world.deploy().deployment)
    world.ask(deployment, OperationKind.DESTROY)
    world.run(deployment, destroyed(world))

    world.ask(deployment, OperationKind.APPLY)

    assert world.run(deployment).status is DeploymentStatus.COMPLETED


def test_one_that_waits_in_line_is_cancelled_at_once_and_the_runner_goes_on() -> None:
    world = World()
    deployment = world.claimed()
    second = world.ask(deployment, OperationKind.APPLY)

    cancelled = cancel_operation(world.ctx, second.id, caller="bob")

    assert cancelled.stopped
    assert world.advance(deployment).operation.status is OperationStatus.RUNNING


def test_a_repeated_request_with_the_same_key_makes_no_second_operation() -> None:
    world = World()
    deployment = world.run(world.deploy().deployment)

    first = world.ask(deployment, OperationKind.APPLY, key="k")
    second = world.ask(deployment, OperationKind.APPLY, key="k")

    assert first.id == second.id
    with pytest.raises(RequestRefused) as refused:
        world.ask(deployment, OperationKind.APPLY, key="k", body={"other": 1})
    assert refused.value.code == "idempotency_key_reused"


def test_more_operations_than_a_deployment_can_hold_are_refused() -> None:
    world = World()
    deployment = world.claimed()
    for _ in range(MAX_UNFINISHED - 1):
        world.ask(deployment, OperationKind.PLAN)

    with pytest.raises(RequestRefused) as refused:
        world.ask(deployment, OperationKind.PLAN)

    assert refused.value.code == "too_many_operations"


def test_every_operation_is_listed_the_newest_first() -> None:
    world = World()
    deployment = world.run(world.deploy().deployment)
    world.ask(deployment, OperationKind.PLAN)

    numbers = [view.operation.number for view in list_operations(world.ctx, deployment.deployment_id)]

    assert numbers == [2, 1]


def test_a_failed_operation_is_retried_with_its_own_parameters() -> None:
    world = World()
    deployment = world.run(world.deploy().deployment)
    failed = world.ask(deployment, OperationKind.APPLY, parameters={"name": "Grace"})
    world.run(deployment, world.failure())

    retry_operation(world.ctx, failed.id, caller="ada", correlation_id="t", key=None)

    assert world.run(deployment).parameters == {"name": "Grace"}


def test_what_succeeded_cannot_be_retried() -> None:
    world = World()
    deployment = world.run(world.deploy().deployment)

    with pytest.raises(RequestRefused) as refused:
        retry_operation(world.ctx, deployment.task_id, caller="ada", correlation_id="t", key=None)

    assert refused.value.code == "not_retryable"


@pytest.mark.parametrize(
    "code", [FailureCode.REGISTRY_UNAVAILABLE, FailureCode.BACKEND_UNAVAILABLE, FailureCode.RUNNER_STOPPED]
)
def test_what_may_pass_is_tried_again_while_nothing_was_applied(code: FailureCode) -> None:
    world = World()
    deployment = world.run(world.deploy().deployment, world.failure(code))
    assert deployment.operation.status is OperationStatus.PENDING
    world.pass_time(10)

    assert world.run(deployment).status is DeploymentStatus.COMPLETED
    assert "job_abandoned" in world.event_names(deployment)


def test_what_may_pass_is_not_tried_for_ever() -> None:
    world = World(max_attempts=2)
    deployment = world.run(world.deploy().deployment, world.failure(FailureCode.REGISTRY_UNAVAILABLE))
    world.pass_time(10)

    ended = world.run(deployment, world.failure(FailureCode.REGISTRY_UNAVAILABLE))

    assert ended.status is DeploymentStatus.FAILED
    assert ended.error is not None
    assert ended.error.message.endswith("(attempt 2 of 2)")


def test_an_entry_of_an_operation_that_has_ended_is_struck_off_by_reconcile() -> None:
    world = World()
    deployment = world.run(world.deploy().deployment)
    first = world.store.operation(deployment.task_id)
    assert first is not None
    second = world.ask(deployment, OperationKind.APPLY)
    world.run(deployment, world.success(state=a_state(serial=5)))
    world.index.put_active(left_behind(world, second.id))

    reconcile(world.ctx)

    assert world.entries() == []


def left_behind(world: World, operation_id: str) -> ActiveEntry:
    return ActiveEntry(operation_id, f"deploy-{operation_id.split('-')[1]}", world.time, world.time, "t")


def test_a_protected_deployment_is_destroyed_only_by_its_name_and_its_destroy_can_be_retried() -> None:
    world = World()
    change_template(world, protected=True)
    deployment = world.run(world.deploy().deployment)
    with pytest.raises(RequestRefused) as refused:
        world.ask(deployment, OperationKind.DESTROY)
    assert refused.value.code == "confirmation_required"

    first = world.ask(deployment, OperationKind.DESTROY, confirm="greeting")
    world.run(deployment, world.failure())
    retry_operation(world.ctx, first.id, caller="ada", correlation_id="t", key=None)

    assert world.run(deployment, destroyed(world)).status is DeploymentStatus.DESTROYED


def test_what_the_engine_said_in_the_last_attempt_is_in_the_failure_after_it() -> None:
    world = World(max_attempts=2)
    deployment = world.deploy().deployment
    for summary in ("no such registry", "no such module"):
        failed = world.failure(FailureCode.REGISTRY_UNAVAILABLE)
        failure = Failure(
            FailureCode.REGISTRY_UNAVAILABLE, "init failed", ({"severity": "error", "summary": summary},)
        )
        deployment = world.run(deployment, replace(failed, failure=failure))
        world.pass_time(10)

    assert deployment.error is not None
    assert [diagnostic["summary"] for diagnostic in deployment.error.diagnostics] == ["no such module"]


@pytest.mark.parametrize(
    ("outcome", "resources"),
    [(Outcome.FAILED, Resources.UNKNOWN), (Outcome.SUCCEEDED, Resources.NONE)],
)
def test_what_was_unknown_stays_so_until_an_operation_succeeds(
    outcome: Outcome, resources: Resources
) -> None:
    world = World()
    broken = world.success(
        outcome=Outcome.FAILED,
        resources=Resources.UNKNOWN,
        failure=Failure(FailureCode.APPLY_FAILED, "no answer"),
    )
    deployment = world.run(world.deploy().deployment, broken)
    world.ask(deployment, OperationKind.APPLY)

    refused = world.success(outcome=outcome, resources=Resources.NONE)
    deployment = world.run(deployment, refused)

    assert deployment.resources is resources
