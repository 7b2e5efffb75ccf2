"""A cancel stops what can be stopped, and says what it could not."""

from __future__ import annotations

import pytest

from functions.domain.deployments import transitions
from functions.domain.errors import RequestRefused
from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import JobResult, Outcome
from functions.domain.status import DeploymentStatus, Resources
from functions.services.operations.cancel_operation import Cancelled, cancel_deployment
from tests.world import World


def cancel(world: World, deployment_id: str) -> Cancelled:
    return cancel_deployment(world.ctx, deployment_id, caller="bob")


def test_a_waiting_deployment_is_cancelled_at_once() -> None:
    world = World()
    deployment = world.deploy().deployment

    cancelled = cancel(world, deployment.deployment_id)

    assert cancelled.stopped
    assert cancelled.deployment.status is DeploymentStatus.CANCELLED
    assert cancelled.deployment.resources is Resources.NONE
    assert world.launcher.started == []
    assert world.entries() == []


def test_a_job_that_nobody_has_claimed_is_cancelled_at_once_and_its_runner_finds_nothing_to_do() -> None:
    world = World()
    deployment = world.started()

    cancelled = cancel(world, deployment.deployment_id)

    assert cancelled.stopped
    assert world.claim(deployment) is False


def test_a_runner_at_work_is_asked_to_stop_and_the_answer_names_what_was_in_flight() -> None:
    world = World()
    deployment = world.applying()

    cancelled = cancel(world, deployment.deployment_id)

    assert not cancelled.stopped
    assert cancelled.heartbeat is not None
    assert cancelled.heartbeat.in_flight == ("terraform_data.a",)
    assert world.artifacts.read(blob_names.cancel_request(deployment.operation.id)) is not None


def test_a_cancel_whose_host_died_before_it_showed_it_is_shown_by_the_next_look() -> None:
    world = World()
    deployment = world.applying()
    stored = world.store.get(deployment.deployment_id)
    assert stored is not None
    world.store.commit(
        stored,
        transitions.cancel_requested(stored.deployment, stored.deployment.operation, world.time, "bob"),
    )

    world.advance(deployment)

    assert world.artifacts.read(blob_names.cancel_request(deployment.operation.id)) is not None


def test_a_runner_that_stopped_makes_the_deployment_cancelled() -> None:
    world = World()
    deployment = world.applying()
    cancel(world, deployment.deployment_id)
    world.write_result(deployment, JobResult(Outcome.CANCELLED, Resources.UNKNOWN, world.time, applied=True))

    ended = world.advance(deployment)

    assert ended.status is DeploymentStatus.CANCELLED
    assert ended.resources is Resources.UNKNOWN


def test_a_cancel_that_came_too_late_leaves_the_success_and_an_event() -> None:
    world = World()
    deployment = world.applying()
    cancel(world, deployment.deployment_id)
    world.write_result(deployment, world.success())

    ended = world.advance(deployment)

    assert ended.status is DeploymentStatus.COMPLETED
    last = world.store.events(ended.deployment_id, after=0, limit=100)[-1]
    assert last.detail["cancel"] == "came too late"


def test_cancelling_twice_is_no_error() -> None:
    world = World()
    deployment = world.deploy().deployment
    cancel(world, deployment.deployment_id)

    assert cancel(world, deployment.deployment_id).stopped


def test_what_has_ended_is_not_cancellable() -> None:
    world = World()
    deployment = world.applying()
    world.write_result(deployment, world.success())
    world.advance(deployment)

    with pytest.raises(RequestRefused) as refused:
        cancel(world, deployment.deployment_id)

    assert refused.value.code == "not_cancellable"


def test_a_runner_that_dies_after_a_cancel_and_before_it_applied_counts_as_cancelled() -> None:
    world = World()
    deployment = world.claimed()
    cancel(world, deployment.deployment_id)
    world.launcher.kill(deployment.operation.execution)
    world.pass_time(31)

    ended = world.advance(deployment)

    assert ended.status is DeploymentStatus.CANCELLED
    assert ended.resources is Resources.NONE


def test_what_is_not_there_cannot_be_cancelled() -> None:
    with pytest.raises(RequestRefused) as refused:
        cancel(World(), "deploy-000000000000")

    assert refused.value.code == "deployment_not_found"
