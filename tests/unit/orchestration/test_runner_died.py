"""Why a runner died is told, although its folder is gone."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from functions.adapters.launchers.process_launcher import ProcessLauncher
from functions.services.context import Context
from functions.services.orchestration.advance import advance
from local.paths import ROOT
from tests.eventually import eventually
from tests.world import World

PYTHONPATH = os.pathsep.join((str(ROOT), str(ROOT / "runner_image")))


@pytest.mark.parametrize(
    ("environ", "why"),
    [
        ({"PYTHONPATH": PYTHONPATH, "SLIPWAY_STORAGE": "x"}, "'SLIPWAY_STATE_DIR' is not set"),
        ({"PYTHONPATH": "/nowhere"}, "No module named runner"),
    ],
)
def test_an_operation_whose_runner_dies_at_its_start_ends_with_what_the_runner_printed(
    environ: dict[str, str], why: str, tmp_path: Path
) -> None:
    world = World(max_attempts=1)
    launcher = ProcessLauncher(tmp_path, environ)
    ctx: Context = replace(world.ctx, launcher=launcher)
    deployment_id = world.deploy().deployment.deployment_id
    advance(ctx, deployment_id)
    execution = world.deployment(deployment_id).operation.execution
    assert execution is not None
    eventually(lambda: launcher.is_over(execution))
    launcher.sweep()
    assert not list(tmp_path.glob("*/"))

    advance(ctx, deployment_id)

    deployment = world.deployment(deployment_id)
    assert deployment.error is not None
    assert deployment.error.code == "job_start_failed"
    assert why in deployment.error.message


def test_each_job_that_is_given_up_says_what_its_runner_printed() -> None:
    world = World()
    deployment = world.started()
    execution = deployment.operation.execution
    assert execution is not None
    world.launcher.printed[execution] = "ImportError: out of luck"
    world.launcher.kill(execution)

    world.advance(deployment)

    events = world.store.events(deployment.deployment_id, after=0, limit=100)
    assert "ImportError: out of luck" in events[-1].detail["reason"]


def test_a_runner_that_died_while_it_applied_says_what_it_printed() -> None:
    world = World()
    deployment = world.applying()
    execution = deployment.operation.execution
    assert execution is not None
    world.launcher.printed[execution] = "Killed"
    world.launcher.kill(execution)
    world.pass_time(60)

    ended = world.advance(deployment)

    assert ended.error is not None
    assert ended.error.code == "runner_lost"
    assert ended.error.message.endswith("its last output: 'Killed'")
