"""What has no due entry gets one, and list rows without a deployment go."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from functions.domain.deployments import transitions
from functions.services.deployments.purge_deployment import purge_deployment
from functions.services.maintenance.retention import apply_retention
from functions.services.orchestration.commit_change import restore_entries
from tests.builders import a_deployment
from tests.fakes import Calls
from tests.unit.retention_world import DAY, dry_run, has_plan, listed_ids, retention_calls, swept
from tests.world import World


def test_what_ended_before_there_were_entries_gets_one_by_a_sweep_that_goes_on_where_it_was_cut() -> None:
    world = World(plan_days=10)
    deployments = [dry_run(world)]
    for number in range(450):
        world.index.put_list_rows(a_deployment(f"deploy-{number:012x}", at=world.time))
    world.due.entries.clear()
    apply_retention(world.ctx)
    world.pass_time(3600)
    assert world.due.entries == {}

    calls = Calls()
    ctx = calls.around(world.ctx)

    def apply_for_one_page() -> int:
        before = len(world.due.entries)

        def now() -> datetime:
            return world.time + timedelta(minutes=9) * (len(world.due.entries) > before)

        apply_retention(replace(ctx, now=now))
        return len(world.due.entries) - before

    assert [apply_for_one_page() for _ in range(4)] == [200, 200, 51, 0]
    assert calls.made.count("index.page") == 3
    assert "store.get" not in calls.made
    world.pass_time(10 * DAY)
    apply_retention(world.ctx)
    assert not has_plan(world, deployments[0])


def test_the_sweep_waits_until_no_app_of_the_release_before_can_still_end_deployments() -> None:
    world = World()
    dry_run(world)
    apply_retention(world.ctx)
    world.pass_time(3599)

    assert "index.page" not in retention_calls(world)
    world.pass_time(1)
    assert "index.page" in retention_calls(world)
    assert "index.page" not in retention_calls(world)


def test_a_sweep_whose_token_is_no_longer_taken_begins_anew() -> None:
    world = World()
    dry_run(world)
    apply_retention(world.ctx)
    sweep = world.due.sweep()
    assert sweep is not None
    world.due.put_sweep(replace(sweep, token="of another release"))
    world.pass_time(3600)

    apply_retention(world.ctx)

    sweep = world.due.sweep()
    assert sweep is not None
    assert sweep.done


def test_a_shorter_period_holds_for_what_has_ended_before() -> None:
    world = swept(World(plan_days=300, log_days=300, state_copy_days=300))
    deployment = dry_run(world)
    world.pass_time(20 * DAY)
    apply_retention(world.ctx)
    assert has_plan(world, deployment)

    policy = replace(world.ctx.policy, plan_days=10)
    ctx = replace(world.ctx, policy=policy)
    for _ in range(3):
        apply_retention(ctx)
        world.pass_time(3600)

    assert not has_plan(world, deployment)


def test_list_rows_that_come_after_a_deployment_was_forgotten_go_a_day_later() -> None:
    world = swept(World())
    deployment = dry_run(world)
    before = world.stored(deployment)
    purge_deployment(world.ctx, deployment.deployment_id, caller="ada")
    restore_entries(world.ctx, before)
    assert listed_ids(world) == [deployment.deployment_id]

    world.pass_time(DAY)
    apply_retention(world.ctx)

    assert listed_ids(world) == []


def test_a_late_list_row_goes_and_that_of_a_later_deployment_with_the_same_id_stays() -> None:
    world = swept(World())
    deployment = dry_run(world)
    before = world.stored(deployment)
    purge_deployment(world.ctx, deployment.deployment_id, caller="ada")
    world.pass_time(60)
    again = replace(deployment, created_at=world.time)
    world.store.create(transitions.accepted(again))
    world.index.put_list_rows(again)
    restore_entries(world.ctx, before)
    assert len(listed_ids(world)) == 2

    world.pass_time(DAY)
    apply_retention(world.ctx)

    assert len(listed_ids(world)) == 1
    assert world.store.get(deployment.deployment_id) is not None


def test_list_rows_that_were_left_over_before_there_were_entries_go_with_the_sweep() -> None:
    world = World(plan_days=10)
    world.index.put_list_rows(a_deployment(at=world.time))
    swept(world)
    assert len(listed_ids(world)) == 1

    world.pass_time(10 * DAY)
    apply_retention(world.ctx)

    assert listed_ids(world) == []
    assert world.due.entries == {}
