"""How many messages are sent, and how often `dispatch` runs for them: a message that leads nowhere is load on
everybody else.
"""

from __future__ import annotations

import heapq
from collections import Counter

import pytest

from functions.domain.deployments.deployment import Deployment
from functions.domain.deployments.operation import new_operation
from functions.domain.status import Approval, OperationKind, OperationStatus
from functions.services.maintenance.reconcile import reconcile
from functions.services.orchestration.advance import advance
from functions.services.scheduling.active_entries import register_active
from tests.unit.decisions import approve
from tests.world import World

_DISPATCH_SECONDS = 0.02


class Dispatch:
    """Answers messages in the order in which they become visible, each once. `runs` counts by deployment."""

    def __init__(self, world: World) -> None:
        self.runs: Counter[str] = Counter()
        self._world = world
        self._visible: list[tuple[float, int]] = []
        self._seen = 0

    def answer_for(self, seconds: float) -> None:
        """Let this much time pass."""
        world = self._world
        end = world.time.timestamp() + seconds
        while (message := self._next(end)) is not None:
            moment, number = message
            world.pass_time(max(moment - world.time.timestamp(), 0) + _DISPATCH_SECONDS)
            wake_up = world.wake_ups.sent[number]
            self.runs[wake_up.deployment_id] += 1
            advance(world.ctx, wake_up.deployment_id, watch=wake_up.watch)
        world.pass_time(max(end - world.time.timestamp(), 0))

    def _next(self, end: float) -> tuple[float, int] | None:
        now, queue = self._world.time.timestamp(), self._world.wake_ups
        for number in range(self._seen, len(queue.sent)):
            heapq.heappush(self._visible, (now + queue.delays[number], number))
        self._seen = len(queue.sent)
        if not self._visible or max(self._visible[0][0], now) > end:
            return None
        return heapq.heappop(self._visible)


def finish_all(world: World, deployment_ids: list[str]) -> None:
    """Have every runner write its result and notify the app, as a runner does at its end."""
    for deployment_id in deployment_ids:
        deployment = world.deployment(deployment_id)
        if deployment.operation.status is OperationStatus.RUNNING and world.claim(deployment):
            assert world.claim_apply(deployment)
            world.write_result(deployment, world.success())
            advance(world.ctx, deployment_id)


def test_a_request_that_awaits_approval_calls_nobody_else() -> None:
    world = World()
    for _ in range(80):
        world.deploy(approval=Approval.REQUEST)

    dispatch = Dispatch(world)

    dispatch.answer_for(60)

    assert set(dispatch.runs.values()) == {1}
    assert len(dispatch.runs) == 80


def test_eighty_requests_that_are_approved_at_once_cost_three_runs_each_at_most() -> None:
    world = World(max_parallel=20)
    ids = [world.deploy(approval=Approval.REQUEST).deployment.deployment_id for _ in range(80)]
    dispatch = Dispatch(world)
    dispatch.answer_for(10)
    for deployment_id in ids:
        approve(world, world.deployment(deployment_id).operation.id)
    dispatch.runs.clear()

    while any(world.deployment(deployment_id).unfinished for deployment_id in ids):
        dispatch.answer_for(5)
        finish_all(world, ids)

    assert max(dispatch.runs.values()) <= 3


def never_came_to_be(world: World, deployment: Deployment, number: int) -> None:
    """A host died between the entry of a further operation and its transaction."""
    operation = new_operation(
        deployment.deployment_id,
        number,
        at=world.time,
        created_by="ada",
        correlation_id="t",
        kind=OperationKind.APPLY,
    )
    register_active(world.ctx, operation)


@pytest.mark.parametrize("entries", [0, 1, 2, 3])
def test_what_never_came_to_be_is_rung_for_by_nobody(entries: int) -> None:
    world = World()
    ended = world.run(world.deploy().deployment)
    for number in range(entries):
        never_came_to_be(world, ended, number + 2)
    other = world.run(world.deploy().deployment)
    sent = len(world.wake_ups.sent)
    dispatch = Dispatch(world)

    advance(world.ctx, ended.deployment_id)
    dispatch.answer_for(61)

    assert len(world.wake_ups.sent) == sent
    assert dispatch.runs == {ended.deployment_id: 2, other.deployment_id: 2}


@pytest.mark.parametrize("entries", [1, 2, 3])
def test_what_never_came_to_be_is_dropped_once_by_reconcile(entries: int) -> None:
    world = World()
    ended = world.run(world.deploy().deployment)
    for number in range(entries):
        never_came_to_be(world, ended, number + 2)
    world.wake_ups.sent.clear()
    world.pass_time(300)
    assert reconcile(world.ctx) == entries

    world.pass_time(301)

    assert reconcile(world.ctx) == entries
    assert reconcile(world.ctx) == 0
    assert world.wake_ups.sent == []
