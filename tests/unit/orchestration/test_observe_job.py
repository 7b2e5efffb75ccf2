"""What is made of a running job: its result, its runner's silence, its runner's death."""

from __future__ import annotations

import pytest

from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import JobResult, Outcome
from functions.domain.status import Condition, DeploymentStatus, Resources
from functions.services.lookup import read_heartbeat
from functions.services.orchestration.claims import claim_apply
from tests.world import World


def test_a_runner_that_lives_is_left_alone_however_long_it_takes() -> None:
    world = World()
    deployment = world.applying()
    for _ in range(200):
        world.pass_time(30)
        world.beat(deployment)
        deployment = world.advance(deployment)

    assert deployment.status is DeploymentStatus.RUNNING
    assert deployment.operation.condition is None


def test_a_silent_runner_is_a_condition_and_no_verdict() -> None:
    world = World()
    deployment = world.applying()
    world.pass_time(61)

    silent = world.advance(deployment)

    assert silent.status is DeploymentStatus.RUNNING
    assert silent.operation.condition is Condition.RUNNER_SILENT
    assert world.launcher.stopped == []


def test_a_runner_that_is_heard_again_is_no_longer_silent() -> None:
    world = World()
    deployment = world.applying()
    world.pass_time(61)
    world.advance(deployment)
    world.beat(deployment)

    heard = world.advance(deployment)

    assert heard.operation.condition is None
    assert world.event_names(heard)[-2:] == ["runner_silent", "runner_heard"]


def test_a_runner_that_stays_silent_is_stopped_before_it_is_given_up() -> None:
    world = World()
    deployment = world.applying()
    world.pass_time(61)
    world.advance(deployment)
    world.pass_time(61)

    ended = world.advance(deployment)

    assert world.launcher.stopped == [deployment.operation.execution]
    assert ended.error is not None
    assert ended.error.code == "runner_lost"


def test_a_runner_killed_while_it_applied_is_lost_and_its_resources_unknown() -> None:
    world = World()
    deployment = world.applying()
    world.launcher.kill(deployment.operation.execution)
    world.pass_time(31)

    ended = world.advance(deployment)

    assert ended.status is DeploymentStatus.FAILED
    assert ended.error is not None
    assert ended.error.code == "runner_lost"
    assert "check the cloud account" in ended.error.message
    assert ended.resources is Resources.UNKNOWN
    assert len(world.launcher.started) == 1


def test_a_runner_killed_while_it_planned_is_replaced() -> None:
    world = World()
    deployment = world.claimed()
    world.launcher.kill(deployment.operation.execution)
    world.pass_time(31)
    world.advance(deployment)
    world.pass_time(10)

    again = world.advance(deployment)

    assert again.operation.job == 2
    assert again.status is DeploymentStatus.RUNNING
    assert world.claim(again)
    assert world.claim_apply(again)


def test_a_runner_that_died_right_after_its_result_is_believed() -> None:
    world = World()
    deployment = world.applying()
    world.write_result(deployment, world.success())
    world.launcher.kill(deployment.operation.execution)
    world.pass_time(31)

    assert world.advance(deployment).status is DeploymentStatus.COMPLETED


def test_a_runner_that_cannot_be_found_dead_is_given_up_only_past_its_time_limit() -> None:
    world = World()
    deployment = world.applying()
    world.launcher.deaf = True
    for _ in range(70):
        world.pass_time(100)
        assert world.advance(deployment).status is DeploymentStatus.RUNNING

    world.pass_time(7200 + 600 - 7000 + 1)
    ended = world.advance(deployment)

    assert ended.error is not None
    assert ended.error.code == "runner_lost"


def test_a_runner_that_was_given_up_and_comes_back_can_not_apply() -> None:
    world = World()
    deployment = world.claimed()
    world.launcher.deaf = True
    world.pass_time(7801)
    world.advance(deployment)
    ended = world.advance(deployment)

    assert ended.status is DeploymentStatus.FAILED
    assert ended.resources is Resources.NONE
    assert world.claim_apply(deployment) is False
    assert world.write_result(deployment, world.success()) is False


def test_what_a_given_up_runner_says_later_is_kept_and_changes_no_status() -> None:
    world = World()
    deployment = world.applying()
    world.launcher.kill(deployment.operation.execution)
    world.pass_time(31)
    world.advance(deployment)
    name = blob_names.late_result(deployment.operation.id, 1)
    world.artifacts.create(name, world.success().to_json())

    world.advance(deployment)
    after = world.advance(deployment)

    assert after.status is DeploymentStatus.FAILED
    assert world.event_names(after)[-1] == "late_result"
    assert world.event_names(after).count("late_result") == 1


def test_a_late_result_of_another_release_is_kept_though_nobody_can_read_it() -> None:
    world = World()
    deployment = world.applying()
    world.launcher.kill(deployment.operation.execution)
    world.pass_time(31)
    world.advance(deployment)
    name = blob_names.late_result(deployment.operation.id, 1)
    world.artifacts.create(name, b'{"outcome": "postponed"}')

    after = world.advance(deployment)

    assert after.operation.late_result == "unreadable"
    assert world.entries() == []


def test_a_heartbeat_of_another_release_does_not_keep_the_status_from_being_shown() -> None:
    world = World()
    deployment = world.applying()
    name = blob_names.heartbeat(deployment.operation.id, 1)
    world.artifacts.overwrite(name, b'{"phase": "tidying"}')

    assert read_heartbeat(world.ctx, deployment.operation) is None


def test_a_result_that_cannot_be_read_ends_the_deployment_and_says_so() -> None:
    world = World()
    deployment = world.applying()
    world.artifacts.create(blob_names.job_result(deployment.operation.id, 1), b"{}")

    ended = world.advance(deployment)

    assert ended.error is not None
    assert ended.error.code == "result_unreadable"
    assert "reading JobResult.outcome: it is missing" in ended.error.message
    assert ended.resources is Resources.UNKNOWN


def test_a_job_superseded_by_slipways_own_apply_claim_is_not_retried() -> None:
    world = World()
    deployment = world.claimed()
    claim_apply(world.ctx, deployment.operation.id)
    lost = JobResult(Outcome.LOST, Resources.NONE, world.time, failure=None, by="slipway")
    world.write_result(deployment, lost)

    assert world.advance(deployment).status is DeploymentStatus.FAILED


@pytest.mark.parametrize("claims_apply", [False, True])
def test_a_claim_that_cannot_be_read_holds_nothing_up(claims_apply: bool) -> None:
    world = World()
    deployment = world.started()
    operation = deployment.operation
    world.artifacts.create(blob_names.job_claim(operation.id, 1), b'{"holder": "me')
    if claims_apply:
        world.artifacts.create(blob_names.apply_claim(operation.id), b"")
    assert world.advance(deployment).status is DeploymentStatus.RUNNING

    world.launcher.kill(operation.execution)
    world.pass_time(3600)
    after = world.advance(deployment)

    if claims_apply:
        assert after.error is not None
        assert (after.error.code, after.resources) == ("runner_lost", Resources.UNKNOWN)
    else:
        assert after.operation.attempt == 1
        assert after.operation.not_before is not None
