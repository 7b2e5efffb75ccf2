"""A job is started once, even if its deployment is changed meanwhile: each start costs a container."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from functions.domain.deployments.deployment import Deployment
from functions.domain.status import DeploymentStatus, OperationKind, OperationStatus
from functions.ports import JobStart
from functions.services.operations.cancel_operation import cancel_operation
from tests.world import World


def during_a_start(world: World, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Act once while the launcher starts a runner: before the start is recorded."""
    start = world.launcher.start
    acted: list[object] = []

    def start_and_act(job: JobStart) -> str:
        execution = start(job)
        if not acted:
            acted.append(job)
            act()
        return execution

    monkeypatch.setattr(world.launcher, "start", start_and_act)


def test_an_operation_accepted_while_the_first_one_starts_costs_no_second_runner(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    deployment = world.deploy().deployment
    during_a_start(world, monkeypatch, lambda: world.ask(deployment, OperationKind.PLAN))

    running = world.advance(deployment)

    assert len(world.launcher.started) == 1
    assert running.status is DeploymentStatus.RUNNING
    assert (running.operation.execution, running.operation.job) == ("memory-1", 1)
    assert [operation.number for operation in running.unfinished] == [1, 2]


def test_an_operation_cancelled_while_it_starts_ends_cancelled_and_starts_no_second_runner(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    deployment = world.deploy().deployment
    during_a_start(world, monkeypatch, lambda: cancel_operation(world.ctx, deployment.task_id, caller="ada"))

    ended = world.advance(deployment)

    assert len(world.launcher.started) == 1
    assert ended.operation.status is OperationStatus.CANCELLED
    assert world.claim_apply(deployment) is False


def test_two_messages_of_a_deployment_at_once_start_one_runner(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    deployment = world.deploy().deployment
    looks: list[threading.Thread] = []

    def look_as_well() -> None:
        looks.append(threading.Thread(target=world.advance, args=(deployment,)))
        looks[0].start()
        # a look that did not wait would be over by then
        looks[0].join(0.3)

    during_a_start(world, monkeypatch, look_as_well)

    world.advance(deployment)
    looks[0].join(10)

    assert len(world.launcher.started) == 1
    assert world.deployment(deployment.deployment_id).status is DeploymentStatus.RUNNING


def test_deployments_do_not_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    first, second = (world.deploy().deployment for _ in range(2))
    during_a_start(world, monkeypatch, lambda: in_a_thread(world, second))

    world.advance(first)

    assert [start.deployment_id for start in world.launcher.started] == [
        first.deployment_id,
        second.deployment_id,
    ]


def in_a_thread(world: World, deployment: Deployment) -> None:
    look = threading.Thread(target=world.advance, args=(deployment,))
    look.start()
    look.join(10)
    assert not look.is_alive()
