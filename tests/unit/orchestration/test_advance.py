"""A deployment moves on whatever happens to wake-ups, hosts and runners."""

from __future__ import annotations

import pytest

from functions.domain.deployments import transitions
from functions.domain.deployments.deployment import Deployment
from functions.domain.errors import ConcurrentChange, LaunchRefused
from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import Claim
from functions.domain.status import DeploymentStatus, Phase, Resources
from functions.services.maintenance.reconcile import reconcile
from functions.services.operations.cancel_operation import cancel_deployment
from functions.services.orchestration.advance import advance
from functions.services.orchestration.claims import claim_job
from tests.world import World


def test_a_deployment_runs_to_its_end_and_keeps_its_outputs() -> None:
    world = World()
    deployment = world.applying()
    assert world.write_result(deployment, world.success())

    ended = world.advance(deployment)

    assert ended.status is DeploymentStatus.COMPLETED
    assert ended.outputs == {"greeting": "hello"}
    assert ended.resources is Resources.SOME
    assert ended.state == world.success().state
    assert world.event_names(ended) == ["accepted", "job_started", "succeeded"]
    assert world.entries() == []


def test_a_doubled_message_starts_no_second_job() -> None:
    world = World()
    deployment = world.started()

    for _ in range(3):
        world.advance(deployment)

    assert len(world.launcher.started) == 1


def test_a_message_for_what_is_not_there_yet_changes_nothing() -> None:
    world = World()

    advance(world.ctx, "deploy-000000000000")

    assert world.launcher.started == []


def test_a_deployment_whose_message_was_lost_is_found_by_reconcile() -> None:
    world = World()
    deployment = world.deploy().deployment
    world.pass_time(61)

    assert reconcile(world.ctx) == 1

    assert world.deployment(deployment.deployment_id).status is DeploymentStatus.RUNNING


def test_reconcile_leaves_alone_what_is_not_due() -> None:
    world = World()
    world.deploy()

    assert reconcile(world.ctx) == 0


def test_one_broken_deployment_does_not_keep_reconcile_from_the_others() -> None:
    world = World()
    broken = world.claimed()
    world.artifacts.overwrite(blob_names.job_claim(broken.operation.id, 1), b"not json")
    fine = world.deploy().deployment
    world.pass_time(61)

    assert reconcile(world.ctx) == 2

    assert world.deployment(fine.deployment_id).status is DeploymentStatus.RUNNING


def test_an_entry_whose_deployment_never_came_is_dropped_after_ten_minutes() -> None:
    world = World()
    world.store.refuse_creates = True
    with pytest.raises(Exception, match="storage"):
        world.deploy()
    world.pass_time(599)
    reconcile(world.ctx)
    assert len(world.index.active(due_before=world.time)) == 1

    world.pass_time(2)
    reconcile(world.ctx)

    assert world.entries() == []


def test_a_host_that_died_in_the_middle_of_a_launch_is_made_good_at_the_next_look() -> None:
    world = World()
    world.launcher.die_at_start = True
    deployment = world.deploy().deployment
    with pytest.raises(KeyboardInterrupt):
        advance(world.ctx, deployment.deployment_id)
    world.launcher.die_at_start = False

    again = world.advance(deployment)

    assert again.operation.job == 1
    assert again.status is DeploymentStatus.RUNNING


def test_a_host_that_died_right_after_a_launch_starts_the_same_job_again_and_one_runner_gets_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    deployment = launched_unrecorded(world, monkeypatch)

    world.advance(deployment)

    assert [start.job for start in world.launcher.started] == [1, 1]
    assert world.claim(deployment) is True
    other = Claim("memory-1", world.time, 1, "another nonce")
    assert world.artifacts.create(blob_names.job_claim(deployment.operation.id, 1), other.to_json()) is False


def test_a_runner_launched_unrecorded_cannot_apply_once_the_deployment_is_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    deployment = launched_unrecorded(world, monkeypatch)

    cancelled = cancel_deployment(world.ctx, deployment.deployment_id, caller="bob")

    assert cancelled.stopped
    assert world.claim_apply(deployment) is False


def test_a_runner_launched_unrecorded_that_applies_already_is_asked_to_stop_and_its_word_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    deployment = launched_unrecorded(world, monkeypatch)
    operation = deployment.operation
    claim = Claim("memory-1", world.time, 1, "nonce").to_json()
    for name in (blob_names.job_claim(operation.id, 1), blob_names.apply_claim(operation.id)):
        assert world.artifacts.create(name, claim)

    cancelled = cancel_deployment(world.ctx, deployment.deployment_id, caller="bob")

    assert not cancelled.stopped
    assert world.deployment(deployment.deployment_id).status is DeploymentStatus.RUNNING
    assert world.artifacts.read(blob_names.cancel_request(operation.id)) is not None
    world.write_result(deployment, world.success())
    assert world.advance(deployment).status is DeploymentStatus.COMPLETED


def launched_unrecorded(world: World, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    """A deployment whose host died between starting the runner and writing that down."""
    deployment = world.deploy().deployment
    with monkeypatch.context() as patched:
        patched.setattr(world.store, "commit", die)
        with pytest.raises(KeyboardInterrupt):
            advance(world.ctx, deployment.deployment_id)
    return deployment


def die(*_arguments: object) -> None:
    raise KeyboardInterrupt


def test_a_runner_that_was_launched_unrecorded_finds_its_claim_taken() -> None:
    world = World()
    deployment = world.started()
    assert claim_job(world.ctx, deployment.operation.id, 1)

    assert world.claim(deployment) is False


def test_a_job_whose_runner_died_before_its_claim_is_started_again() -> None:
    world = World()
    deployment = world.started()
    world.launcher.kill(deployment.operation.execution)

    world.advance(deployment)
    world.pass_time(10)
    again = world.advance(deployment)

    assert again.operation.job == 2
    assert again.status is DeploymentStatus.RUNNING
    assert "job_abandoned" in world.event_names(again)


def test_a_job_that_never_starts_fails_with_a_reason_after_five_attempts() -> None:
    world = World()
    deployment = world.deploy().deployment
    for _ in range(12):
        advance(world.ctx, deployment.deployment_id)
        execution = world.deployment(deployment.deployment_id).operation.execution
        if execution:
            world.launcher.kill(execution)
        world.pass_time(130)

    ended = world.deployment(deployment.deployment_id)

    assert ended.status is DeploymentStatus.FAILED
    assert ended.error is not None
    assert ended.error.code == "job_start_failed"
    assert "(attempt 5 of 5)" in ended.error.message
    assert ended.resources is Resources.NONE
    assert len(world.launcher.started) == 5


def test_a_platform_that_refuses_for_good_fails_the_deployment_at_once() -> None:
    world = World()
    world.launcher.refuse = LaunchRefused("starting the job: no such image", transient=False)

    deployment = world.started()

    assert deployment.status is DeploymentStatus.FAILED
    assert deployment.error is not None
    assert "no such image" in deployment.error.message


def test_a_platform_that_is_busy_is_asked_again() -> None:
    world = World()
    world.launcher.refuse = LaunchRefused("starting the job: too many requests", transient=True)
    deployment = world.started()
    assert deployment.status is DeploymentStatus.PENDING
    world.launcher.refuse = None

    world.pass_time(10)

    assert world.advance(deployment).status is DeploymentStatus.RUNNING


def test_two_hosts_that_start_one_job_start_it_once() -> None:
    world = World()
    deployment = world.deploy().deployment
    stale = world.store.get(deployment.deployment_id)
    assert stale is not None
    world.advance(deployment)

    with pytest.raises(ConcurrentChange):
        world.store.commit(stale, transitions.job_started(stale.deployment, world.time, "other"))

    assert len(world.launcher.started) == 1


def test_no_more_deployments_run_than_the_limit_says_and_each_end_starts_the_next() -> None:
    world = World(max_parallel=2)
    ids = []
    for _ in range(4):
        ids.append(world.deploy().deployment.deployment_id)
        world.pass_time(1)
    for deployment_id in ids:
        advance(world.ctx, deployment_id)
    statuses = [world.deployment(deployment_id).status for deployment_id in ids]
    assert statuses == ["running", "running", "pending", "pending"]
    world.wake_ups.sent.clear()

    first = world.deployment(ids[0])
    world.claim(first)
    world.write_result(first, world.success())
    world.advance(first)

    assert [wake_up.deployment_id for wake_up in world.wake_ups.sent] == [ids[2]]


def test_a_deployment_that_waits_for_a_place_is_no_error_and_is_looked_at_again() -> None:
    world = World(max_parallel=1)
    world.started()
    second = world.deploy().deployment
    world.advance(second)

    assert [entry.key for entry in world.index.oldest_waiting(10)] == [second.task_id]
    assert f"active {second.task_id}" in world.entries()
    assert world.deployment(second.deployment_id).operation.phase is Phase.QUEUED


def test_a_running_deployment_sets_its_own_watchdog() -> None:
    world = World()
    deployment = world.started()
    watchdogs = [wake_up for wake_up in world.wake_ups.sent if wake_up.watch]

    advance(world.ctx, deployment.deployment_id, watch=True)

    assert len(watchdogs) == 1
    assert len([wake_up for wake_up in world.wake_ups.sent if wake_up.watch]) == 2


def test_a_wake_up_without_watch_does_not_double_the_watchdog() -> None:
    world = World()
    deployment = world.started()

    world.advance(deployment)

    assert len([wake_up for wake_up in world.wake_ups.sent if wake_up.watch]) == 1
