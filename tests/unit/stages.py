"""Deployments of ada's at more stages of their lives."""

from __future__ import annotations

from dataclasses import replace

from functions.domain.deployments.deployment import Deployment
from functions.domain.failures import Failure, FailureCode
from functions.domain.jobs.job_contract import Heartbeat
from functions.domain.jobs.terraform_state import StateLock
from functions.domain.status import OperationKind, Phase
from tests.unit import life
from tests.unit.life import client, done, planned
from tests.world import World

_DIAGNOSTIC = {"severity": "error", "summary": "no such region", "detail": "", "file": "main.tf", "line": 3}


def new(world: World) -> Deployment:
    return world.deploy().deployment


def destroyed(world: World) -> Deployment:
    deployment = done(world)
    world.ask(deployment, OperationKind.DESTROY)
    return world.run(deployment, life.destroyed(world))


def failed(world: World) -> Deployment:
    failure = Failure(
        FailureCode.PLAN_FAILED, "no such region", ({**_DIAGNOSTIC, "address": "terraform_data.a"},)
    )
    return world.run(new(world), replace(world.failure(), failure=failure))


def unrecovered(world: World) -> Deployment:
    result = replace(world.failure(FailureCode.APPLY_FAILED), applied=True, errored_state="operations/x")
    return world.run(new(world), result)


def locked_out(world: World) -> Deployment:
    deployment = world.claimed()
    lock = StateLock("01630d82", "ada@laptop", "OperationTypeApply", "2026-11-21T03:00:00Z")
    world.beat(deployment, Heartbeat(Phase.PLANNING, 0, 2, (), lock))
    return deployment


def approved(world: World) -> Deployment:
    deployment = planned(world)
    assert client(world).post(f"/operations/{deployment.task_id}/approve", {}, life.BOB).status == 200
    return world.deployment(deployment.deployment_id)
