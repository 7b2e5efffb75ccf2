"""Deployments for the tests of retention."""

from __future__ import annotations

from functions.domain.deployments.deployment import Deployment
from functions.domain.jobs import blob_names
from functions.ports import ListQuery
from functions.services.maintenance.retention import apply_retention
from tests.fakes import Calls
from tests.world import World

DAY = 86_400


def dry_run(world: World) -> Deployment:
    """Return a deployment that ended without resources, and has a plan and a log."""
    deployment = world.run(world.deploy(dry_run=True).deployment, world.plan_result())
    for name in (blob_names.log, blob_names.saved_plan):
        world.artifacts.create(name(deployment.task_id, 1), b"x")
    return deployment


def has_plan(world: World, deployment: Deployment) -> bool:
    return world.artifacts.size(blob_names.saved_plan(deployment.task_id, 1)) is not None


def listed_ids(world: World) -> list[str]:
    return [entry.deployment_id for entry in world.index.page(ListQuery(limit=100)).entries]


def swept(world: World) -> World:
    """Run the sweep to its end and return the world."""
    apply_retention(world.ctx)
    world.pass_time(3600)
    apply_retention(world.ctx)
    sweep = world.due.sweep()
    assert sweep is not None
    assert sweep.done
    return world


def retention_calls(world: World) -> list[str]:
    calls = Calls()
    apply_retention(calls.around(world.ctx))
    return calls.made
