"""Free places: counted by what runs, offered to whoever waits longest, and never lost whatever is cut."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.domain.deployments import transitions
from functions.domain.deployments.change import Change
from functions.domain.deployments.deployment import Deployment
from functions.domain.failures import FailureCode
from functions.domain.status import OperationStatus
from functions.ports import ActiveEntry, Stored
from functions.services.maintenance.reconcile import reconcile
from functions.services.operations.cancel_operation import cancel_deployment
from functions.services.orchestration.advance import advance
from functions.services.scheduling.active_entries import entry_of
from tests.fakes import MemoryDeploymentIndex, MemoryDeploymentStore
from tests.world import World


def waiting_behind_one(world: World, count: int = 1) -> tuple[Deployment, list[Deployment]]:
    """One that runs, and so many that wait for its place."""
    first = world.started()
    others = []
    for _ in range(count):
        world.pass_time(0.001)
        others.append(world.advance(world.deploy().deployment))
    world.wake_ups.sent.clear()
    return first, others


def end(world: World, deployment: Deployment) -> None:
    assert world.claim(deployment)
    assert world.claim_apply(deployment)
    world.write_result(deployment, world.success())
    world.advance(deployment)


def runs(world: World, deployment: Deployment) -> bool:
    return world.deployment(deployment.deployment_id).operation.status is OperationStatus.RUNNING


def called(world: World) -> list[str]:
    return [wake_up.deployment_id for wake_up in world.wake_ups.sent if not wake_up.watch]


def test_an_end_calls_the_one_that_waits_longest_and_it_leaves_the_line() -> None:
    world = World(max_parallel=1)
    first, (second, third) = waiting_behind_one(world, 2)

    end(world, first)

    assert called(world) == [second.deployment_id]
    assert [entry.deployment_id for entry in world.index.oldest_waiting(5)] == [third.deployment_id]


def test_one_that_is_called_and_finds_the_place_taken_keeps_its_age_in_the_line() -> None:
    world = World(max_parallel=1)
    first, (second, third) = waiting_behind_one(world, 2)
    end(world, first)
    newcomer = world.deploy().deployment
    assert runs(world, world.advance(newcomer))

    world.advance(second)

    line = [entry.deployment_id for entry in world.index.oldest_waiting(5)]
    assert line == [second.deployment_id, third.deployment_id]


def test_one_whose_call_was_lost_is_started_by_reconcile() -> None:
    world = World(max_parallel=1)
    first, (second,) = waiting_behind_one(world)
    world.wake_ups.down = True
    end(world, first)
    world.wake_ups.down = False
    world.pass_time(61)

    reconcile(world.ctx)

    assert runs(world, second)


def test_a_place_that_nobody_was_called_for_is_offered_by_reconcile() -> None:
    world = World(max_parallel=1)
    first, (second,) = waiting_behind_one(world)
    world.index.remove_running(first.task_id)

    reconcile(world.ctx)

    assert called(world) == [second.deployment_id]


def test_one_that_goes_in_line_while_the_last_one_ends_is_started_all_the_same() -> None:
    class LastOneEnds(MemoryDeploymentIndex):
        """The place becomes free after it was looked for, and before the operation is in line."""

        def put_waiting(self, entry: ActiveEntry) -> None:
            for other in self.running():
                self.remove_running(other.key)
            super().put_waiting(entry)

    world = World(max_parallel=1)
    world.index = LastOneEnds()
    world.ctx = replace(world.ctx, index=world.index)
    _, (second,) = waiting_behind_one(world)

    assert runs(world, second)
    assert world.index.oldest_waiting(5) == []


def test_a_count_that_was_written_too_late_is_taken_back_by_reconcile() -> None:
    world = World(max_parallel=1)
    first, (second,) = waiting_behind_one(world)
    end(world, first)
    late = entry_of(world.deployment(first.deployment_id).operation, due_at=world.time)
    world.index.put_running(late)

    world.pass_time(61)
    reconcile(world.ctx)
    reconcile(world.ctx)

    assert runs(world, second)
    assert f"running {first.task_id}" not in world.entries()


def test_a_host_that_died_right_after_an_end_was_written_leaves_nothing_behind() -> None:
    world = World(max_parallel=1)
    first, (second,) = waiting_behind_one(world)
    stored = world.store.get(first.deployment_id)
    assert stored is not None
    world.store.commit(stored, transitions.ended(stored.deployment, world.success()))

    world.advance(first)

    assert called(world) == [second.deployment_id]
    assert [entry for entry in world.entries() if first.task_id in entry] == []


def test_a_host_that_died_right_after_a_start_was_written_is_made_good_at_the_next_look() -> None:
    world = World(max_parallel=1)
    deployment = world.deploy().deployment
    stored = world.store.get(deployment.deployment_id)
    assert stored is not None
    world.store.commit(stored, transitions.job_started(stored.deployment, world.time, "pid-1-2"))
    world.pass_time(61)

    reconcile(world.ctx)

    assert f"running {deployment.task_id}" in world.entries()


def test_one_that_is_cancelled_while_it_waits_leaves_the_line() -> None:
    world = World(max_parallel=1)
    _, (second,) = waiting_behind_one(world)

    cancel_deployment(world.ctx, second.deployment_id, caller="ada")

    assert world.index.oldest_waiting(5) == []
    assert [entry for entry in world.entries() if second.task_id in entry] == []


def test_a_cancel_whose_host_died_is_carried_out_by_reconcile_though_it_waits_in_a_long_line() -> None:
    class HostDies(MemoryDeploymentStore):
        """The host that commits dies right after it, once."""

        dies = False

        def commit(self, stored: Stored, change: Change) -> Stored:
            after = super().commit(stored, change)
            if self.dies:
                self.dies = False
                raise KeyboardInterrupt
            return after

    world = World(max_parallel=1)
    world.store = store = HostDies()
    world.ctx = replace(world.ctx, store=store)
    _, (second,) = waiting_behind_one(world)
    store.dies = True

    with pytest.raises(KeyboardInterrupt):
        cancel_deployment(world.ctx, second.deployment_id, caller="ada")
    world.pass_time(61)
    reconcile(world.ctx)

    assert world.deployment(second.deployment_id).operation.status is OperationStatus.CANCELLED


def test_what_an_earlier_release_has_left_waiting_and_running_is_put_where_it_belongs() -> None:
    world = World(max_parallel=1)
    first, (second,) = waiting_behind_one(world)
    # an earlier release wrote `active` entries alone, which came due within a minute
    world.index.remove_running(first.task_id)
    world.index.remove_waiting(world.index.oldest_waiting(1)[0])
    for seconds, deployment in enumerate((first, second)):
        due_at = world.time - timedelta(seconds=2 - seconds)
        world.index.put_active(entry_of(deployment.operation, due_at=due_at))

    reconcile(world.ctx)

    assert [entry.key for entry in world.index.running()] == [first.task_id]
    assert [entry.key for entry in world.index.oldest_waiting(5)] == [second.task_id]


def test_a_retry_that_pauses_lets_somebody_else_have_the_place() -> None:
    world = World(max_parallel=1)
    first, (second,) = waiting_behind_one(world)
    assert world.claim(first)
    world.write_result(first, world.failure(FailureCode.REGISTRY_UNAVAILABLE))

    world.advance(first)

    assert second.deployment_id in called(world)
    advance(world.ctx, second.deployment_id)
    assert runs(world, second)
