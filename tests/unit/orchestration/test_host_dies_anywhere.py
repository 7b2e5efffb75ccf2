"""A host dies before or after any call of any port while two deployments share one place. Every message is
lost with it, so reconcile alone has to bring both to their end: `tests/faults` does it to real processes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from functions.domain.status import DeploymentStatus, OperationStatus
from functions.ports import ListQuery
from functions.services.maintenance.reconcile import reconcile
from functions.services.operations.cancel_operation import cancel_deployment
from functions.services.orchestration.advance import advance
from tests.unit.decisions import approve
from tests.world import World


class HostDiedError(BaseException):
    """Nothing catches it: a dead host handles no exception."""


class Fate:
    """Counts calls, and ends the host at one of them."""

    def __init__(self) -> None:
        self.count = 0
        self.dies_at: int | None = None
        self.is_after = False

    def call(self, method: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        self.count += 1
        dies = self.count == self.dies_at
        if dies and not self.is_after:
            raise HostDiedError
        answer = method(*arguments, **options)
        if dies:
            raise HostDiedError
        return answer


class MortalPort:
    """A port whose calls fate may end."""

    def __init__(self, port: Any, fate: Fate) -> None:
        self._port = port
        self._fate = fate

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._port, name)
        return lambda *arguments, **options: self._fate.call(method, *arguments, **options)


def apply_both(world: World, first: str, second: str) -> None:
    """The second one waits for the place of the first one."""
    advance(world.ctx, first)
    advance(world.ctx, second)
    finish_what_runs(world, [first])
    advance(world.ctx, second)


def approve_the_first(world: World, first: str, second: str) -> None:
    """The first one gives its place back while its plan awaits approval."""
    deployment = world.deployment(first)
    advance(world.ctx, first)
    advance(world.ctx, second)
    world.claim(deployment)
    world.write_result(deployment, world.plan_result())
    advance(world.ctx, first)
    advance(world.ctx, second)
    approve(world, deployment.task_id)
    advance(world.ctx, first)


def cancel_the_second(world: World, first: str, second: str) -> None:
    """The second one is cancelled while it waits."""
    advance(world.ctx, first)
    advance(world.ctx, second)
    cancel_deployment(world.ctx, second, caller="ada")


LIVES = [apply_both, approve_the_first, cancel_the_second]


def finish_what_runs(world: World, deployment_ids: list[str]) -> None:
    """Every runner that was started claims its job and applies; the host sees its result when it looks."""
    for deployment_id in deployment_ids:
        deployment = world.deployment(deployment_id)
        if deployment.operation.status is OperationStatus.RUNNING and world.claim(deployment):
            assert world.claim_apply(deployment)
            world.write_result(deployment, world.success())
            advance(world.ctx, deployment_id)


def recover(world: World, deployment_ids: list[str]) -> None:
    for _ in range(20):
        world.pass_time(61)
        reconcile(world.ctx)
        finish_what_runs(world, deployment_ids)
        for deployment_id in deployment_ids:
            operation = world.deployment(deployment_id).operation
            if operation.status is OperationStatus.AWAITING_APPROVAL:
                approve(world, operation.id)
        if not any(world.deployment(deployment_id).unfinished for deployment_id in deployment_ids):
            return


def shows_the_truth(world: World, deployment_ids: list[str]) -> bool:
    listed = {entry.deployment_id: entry.status for entry in world.index.page(ListQuery(limit=9)).entries}
    return listed == {wanted: world.deployment(wanted).status for wanted in deployment_ids}


def a_life(life: Callable[[World, str, str], None], fate: Fate) -> tuple[World, list[str]]:
    world = World(max_parallel=1)
    approval = {"approval": "plan"} if life is approve_the_first else {}
    ids = [world.deploy(**approval).deployment.deployment_id, world.deploy().deployment.deployment_id]
    world.wake_ups.down = True
    whole = world.ctx
    ports = ("store", "index", "artifacts", "wake_ups", "launcher")
    mortal = {name: MortalPort(getattr(whole, name), fate) for name in ports}
    world.ctx = replace(whole, **mortal)  # type: ignore[arg-type]  # a port by its methods
    try:
        life(world, *ids)
    except HostDiedError:
        pass
    finally:
        world.ctx = whole
    return world, ids


def moments(life: Callable[[World, str, str], None]) -> Iterator[tuple[int, bool]]:
    fate = Fate()
    a_life(life, fate)
    for number in range(1, fate.count + 1):
        yield number, False
        yield number, True


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
def test_nothing_is_lost_doubled_or_left_behind_wherever_the_host_dies(
    life: Callable[[World, str, str], None],
) -> None:
    problems: dict[tuple[int, bool], object] = {}
    for number, is_after in moments(life):
        fate = Fate()
        fate.dies_at, fate.is_after = number, is_after
        world, ids = a_life(life, fate)

        recover(world, ids)
        world.pass_time(3601)
        reconcile(world.ctx)

        statuses = {world.deployment(deployment_id).status for deployment_id in ids}
        ends = [
            sum(name in ("succeeded", "cancelled") for name in world.event_names(world.deployment(one)))
            for one in ids
        ]
        if not statuses <= {DeploymentStatus.COMPLETED, DeploymentStatus.CANCELLED} or ends != [1, 1]:
            problems[number, is_after] = (statuses, ends)
        elif world.entries() or not shows_the_truth(world, ids):
            problems[number, is_after] = (world.entries(), world.index.page(ListQuery(limit=9)).entries)

    assert problems == {}
