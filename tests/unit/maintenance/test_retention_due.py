"""Retention works from what is due, and goes on where it was cut."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from functions.domain.deployments.listed import listed_fields
from functions.domain.status import OperationKind, Resources
from functions.maintenance_ports import DueEntry
from functions.services.maintenance.reconcile import reconcile
from functions.services.maintenance.retention import apply_retention
from functions.services.orchestration.commit_change import restore_entries
from functions.services.scheduling.active_entries import entry_of
from tests.builders import a_deployment
from tests.fakes import Calls
from tests.unit.retention_world import DAY, dry_run, has_plan, listed_ids, retention_calls, swept
from tests.world import World


def test_ten_due_cost_the_same_among_a_hundred_thousand_that_are_not() -> None:
    costs = []
    for others in (0, 100_000):
        world = swept(World(plan_days=10))
        for _ in range(10):
            dry_run(world)
        other = listed_fields(a_deployment(at=world.time))
        for number in range(others):
            other = replace(other, deployment_id=f"deploy-{number:012x}")
            world.due.put(DueEntry(other, world.time + timedelta(days=11 + number % 300)))
        world.pass_time(10 * DAY)
        costs.append(retention_calls(world))

    assert costs[1] == costs[0]
    assert costs[0].count("store.commit") == 10
    assert len(costs[0]) < 100


def test_a_deployment_is_looked_at_when_something_is_due_and_not_before() -> None:
    world = swept(World(plan_days=10, log_days=20, state_copy_days=20, record_days=40))
    dry_run(world)
    looks = []
    for _ in range(41):
        world.pass_time(DAY)
        looks.append("store.get" in retention_calls(world))

    # plans, logs, the record, and once more for list rows that came late
    assert [day for day, looked in enumerate(looks, start=1) if looked] == [10, 20, 40, 41]
    assert world.due.entries == {}
    assert listed_ids(world) == []


def test_the_longest_due_goes_first_and_the_next_run_goes_on_where_one_ran_out_of_time() -> None:
    world = swept(World(plan_days=10))
    deployments = []
    for _ in range(6):
        deployments.append(dry_run(world))
        world.pass_time(DAY)
    world.pass_time(10 * DAY)

    def run_with_a_slow_clock() -> int:
        looks = Calls()
        ctx = looks.around(world.ctx)

        def now() -> datetime:
            return world.time + timedelta(minutes=3) * looks.made.count("store.get")

        return apply_retention(replace(ctx, now=now))

    assert run_with_a_slow_clock() == 3
    assert [has_plan(world, deployment) for deployment in deployments] == [False] * 3 + [True] * 3
    assert run_with_a_slow_clock() == 3
    assert not any(has_plan(world, deployment) for deployment in deployments)


def test_one_that_cannot_be_looked_at_keeps_nobody_else_from_it() -> None:
    world = swept(World(plan_days=10))
    broken, other = dry_run(world), dry_run(world)
    get = world.store.get
    world.pass_time(10 * DAY)

    class Broken:
        def __getattr__(self, name: str) -> object:
            return getattr(world.store, name)

        def get(self, deployment_id: str) -> object:
            return 1 / 0 if deployment_id == broken.deployment_id else get(deployment_id)

    apply_retention(replace(world.ctx, store=Broken()))  # type: ignore[arg-type]  # hands on what it does not break

    assert not has_plan(world, other)
    assert apply_retention(world.ctx) == 1
    assert not has_plan(world, broken)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("days", [10, 40])
def test_a_host_that_dies_at_any_call_of_retention_loses_nothing(days: int, after: bool) -> None:
    die_at = 0
    while True:
        world = swept(World(plan_days=10, record_days=40))
        deployment = dry_run(world)
        world.pass_time(days * DAY)
        calls = Calls(die_at=die_at, after=after)
        try:
            apply_retention(calls.around(world.ctx))
        except KeyboardInterrupt:
            die_at += 1
        else:
            break
        apply_retention(world.ctx)
        world.pass_time(3600)
        reconcile(world.ctx)

        assert not has_plan(world, deployment), calls.made
        assert len(world.due.entries) == 1, calls.made
        assert (world.store.get(deployment.deployment_id) is None) == (days == 40), calls.made
    assert die_at > 5


@pytest.mark.parametrize("after", [False, True])
def test_a_host_that_dies_at_any_call_after_a_deployment_has_ended_leaves_it_due_all_the_same(
    after: bool,
) -> None:
    die_at = 0
    while True:
        world = World(plan_days=10)
        deployment = dry_run(world)
        world.due.entries.clear()
        world.ctx.index.put_active(entry_of(deployment.operation, due_at=world.time))
        calls = Calls(die_at=die_at, after=after)
        try:
            restore_entries(calls.around(world.ctx), world.stored(deployment))
        except KeyboardInterrupt:
            die_at += 1
        else:
            break
        world.pass_time(3600)
        reconcile(world.ctx)

        assert len(world.due.entries) == 1, calls.made
    assert die_at > 2


def test_a_deployment_with_resources_is_due_only_after_its_destroy() -> None:
    world = swept(World())
    deployment = world.run(world.deploy().deployment)
    assert world.due.entries == {}

    world.ask(deployment, OperationKind.DESTROY)
    world.run(deployment, world.success(resources=Resources.NONE, state=None))

    assert len(world.due.entries) == 1


def test_an_entry_of_a_deployment_that_is_in_use_again_goes_and_the_next_end_writes_another() -> None:
    world = swept(World(plan_days=10))
    deployment = dry_run(world)
    world.pass_time(10 * DAY)
    world.ask(deployment, OperationKind.APPLY)

    apply_retention(world.ctx)
    assert world.due.entries == {}
    assert has_plan(world, deployment)

    world.run(deployment, world.failure())
    assert len(world.due.entries) == 1
