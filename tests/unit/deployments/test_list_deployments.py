"""The list shows deployments as their last transitions left them, and reads only the index."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from functions.domain.deployments import transitions
from functions.domain.deployments.deployment import Deployment
from functions.domain.errors import StorageUnavailable
from functions.domain.status import Approval, OperationKind
from functions.ports import ListEntry, ListPage, ListQuery
from functions.services.deployments.list_deployments import list_deployments
from functions.services.deployments.purge_deployment import purge_deployment
from functions.services.maintenance.reconcile import reconcile
from functions.services.operations.cancel_operation import cancel_operation
from functions.services.orchestration.advance import advance
from tests.fakes import MemoryDeploymentIndex
from tests.fakes.calls import Calls
from tests.unit.decisions import approve, planned, reject
from tests.world import World

_PAGE = ListQuery(limit=10)


class IndexWithHook(MemoryDeploymentIndex):
    """Calls `before_list_rows` once, before it writes list rows."""

    before_list_rows: Callable[[], None] | None = None

    def put_list_rows(self, deployment: Deployment) -> None:
        hook, self.before_list_rows = self.before_list_rows, None
        if hook:
            hook()
        super().put_list_rows(deployment)


class IndexOfEarlierRelease(MemoryDeploymentIndex):
    """Its rows are those that an earlier release wrote of unfinished deployments."""

    def page(self, query: ListQuery) -> ListPage:
        page = super().page(replace(query, status=None))
        return ListPage([replace(entry, is_current=False) for entry in page.entries], page.token)


def world_with(index: MemoryDeploymentIndex) -> World:
    world = World()
    world.index = index
    world.ctx = replace(world.ctx, index=index)
    return world


def statuses(world: World) -> list[str]:
    return [entry.status for entry in list_deployments(world.ctx, _PAGE).entries]


def waiting(world: World) -> Deployment:
    """A deployment that waits for the place of another one."""
    world.started()
    return world.advance(world.deploy().deployment)


def approved(world: World) -> Deployment:
    deployment = planned(world)
    approve(world, deployment.task_id)
    return deployment


def rejected(world: World) -> Deployment:
    deployment = planned(world)
    reject(world, deployment.task_id)
    return deployment


def cancelled(world: World) -> Deployment:
    deployment = planned(world)
    cancel_operation(world.ctx, deployment.task_id, caller="ada")
    return deployment


def to_be_destroyed(world: World) -> Deployment:
    deployment = world.run(world.deploy().deployment)
    world.ask(deployment, OperationKind.DESTROY)
    return deployment


STAGES = [World.started, waiting, planned, approved, rejected, cancelled, to_be_destroyed]


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.__name__)
def test_the_list_shows_each_status_at_once_before_anything_is_dispatched(
    stage: Callable[[World], Deployment],
) -> None:
    world = World(max_parallel=1)

    deployment = stage(world)

    current = world.deployment(deployment.deployment_id)
    entries = {entry.deployment_id: entry for entry in list_deployments(world.ctx, _PAGE).entries}
    assert entries[deployment.deployment_id].status == current.status


def test_a_page_of_unfinished_deployments_reads_the_index_only() -> None:
    world = World()
    for _ in range(3):
        world.started()
    calls = Calls()

    entries = list_deployments(calls.around(world.ctx), _PAGE).entries

    assert [entry.status for entry in entries] == ["running"] * 3
    assert calls.made == ["index.page"]


def test_rows_that_are_written_late_do_not_replace_newer_ones() -> None:
    index = IndexWithHook()
    world = world_with(index)
    deployment = world.deploy().deployment

    def finish() -> None:
        """Another host records the result while this one is about to show the start."""
        started = world.deployment(deployment.deployment_id)
        world.claim(started)
        world.claim_apply(started)
        world.write_result(started, world.success())
        world.advance(started)

    index.before_list_rows = finish
    advance(world.ctx, deployment.deployment_id)

    assert statuses(world) == ["completed"]


def test_rows_are_not_written_again_for_a_deployment_that_is_being_deleted() -> None:
    index = IndexWithHook()
    world = world_with(index)
    deployment = planned(world)
    reject(world, deployment.task_id)
    calls = Calls()

    def purge() -> None:
        purge_deployment(world.ctx, deployment.deployment_id, caller="ada")

    index.before_list_rows = purge
    advance(calls.around(world.ctx), deployment.deployment_id)

    assert calls.made.count("index.put_list_rows") == 1


def test_a_request_stands_though_its_list_rows_could_not_be_written_and_its_dispatch_writes_them() -> None:
    index = IndexWithHook()
    world = world_with(index)
    deployment = planned(world)
    index.before_list_rows = _storage_is_away

    approve(world, deployment.task_id)
    assert statuses(world) == ["awaiting_approval"]
    world.advance(deployment)

    assert statuses(world) == ["running"]


def test_reconcile_shows_a_start_whose_list_rows_were_lost() -> None:
    index = IndexWithHook()
    world = world_with(index)
    deployment = world.deploy().deployment
    index.before_list_rows = _storage_is_away
    with pytest.raises(StorageUnavailable):
        advance(world.ctx, deployment.deployment_id)
    assert statuses(world) == []
    world.pass_time(61)

    reconcile(world.ctx)

    assert statuses(world) == ["running"]


def test_rows_of_an_earlier_release_are_completed_from_the_store_and_filtered_by_what_it_says() -> None:
    world = world_with(IndexOfEarlierRelease())
    world.index.put_list_rows(world.deploy(approval=Approval.PLAN).deployment)
    (old,) = list_deployments(world.ctx, _PAGE).entries
    world.store.commit(*_start(world, old))

    def listed(**filters: Any) -> list[ListEntry]:
        return list_deployments(world.ctx, replace(_PAGE, **filters)).entries

    assert [(entry.status, entry.is_current) for entry in listed()] == [("running", True)]
    assert len(listed(status="running")) == 1
    assert listed(status="pending") == []


def _start(world: World, entry: ListEntry) -> tuple[Any, Any]:
    stored = world.store.get(entry.deployment_id)
    assert stored is not None
    return stored, transitions.job_started(stored.deployment, world.time, "pid-1-2")


def _storage_is_away() -> None:
    raise StorageUnavailable("listing deployment 'x': storage could not be reached")
