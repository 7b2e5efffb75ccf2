"""The examples do what their readers expect of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import yaml

from local.paths import ROOT
from local.stack.environment import plain_environment
from tests.e2e.slipway import Slipway

EXAMPLES = ROOT / "examples"


def run(slipway: Slipway, *command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {**plain_environment(os.environ), "SLIPWAY_URL": slipway.url, **environment}
    return subprocess.run(command, cwd=ROOT, env=kept, capture_output=True, text=True, check=False)


def test_the_python_example_prints_the_outputs(slipway: Slipway) -> None:
    done = run(
        slipway, sys.executable, EXAMPLES / "deploy.py", "greeting", "terraform-local", '{"name": "Zoë"}'
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {"greeting": "Hello, Zoë!", "name": "Zoë"}


def test_the_python_example_tells_why_a_deployment_failed(slipway: Slipway) -> None:
    done = run(slipway, sys.executable, EXAMPLES / "deploy.py", "refusing", "terraform-local", '{"size": 5}')

    assert (done.returncode, done.stdout) == (1, "")
    assert "The size must be even; it is 5" in done.stderr


def test_the_python_example_tells_which_field_is_wrong(slipway: Slipway) -> None:
    done = run(slipway, sys.executable, EXAMPLES / "deploy.py", "greeting", "terraform-local", '{"name": 5}')

    assert (done.returncode, done.stdout) == (1, "")
    assert "/parameters/name" in done.stderr


def test_the_shell_example_ends_badly_with_the_log_of_what_failed(slipway: Slipway) -> None:
    done = run(slipway, EXAMPLES / "deploy.sh", "refusing", "terraform-local", '{"size": 7}')

    assert done.returncode == 1
    assert json.loads(done.stdout)["status"] == "failed"
    assert "The size must be even; it is 7" in done.stderr


def test_the_pipeline_deploys_once_even_when_its_job_is_run_again(slipway: Slipway) -> None:
    workflow = yaml.safe_load((EXAMPLES / "github-actions.yml").read_text())
    (step,) = (step for step in workflow["jobs"]["deploy"]["steps"] if "run" in step)
    assert set(step["env"]) == {"SLIPWAY_URL", "SLIPWAY_KEY", "NAME", "IDEMPOTENCY_KEY"}
    given = {"NAME": "pipeline", "SLIPWAY_KEY": "a-key", "IDEMPOTENCY_KEY": "run-1"}

    first, again = (run(slipway, "bash", "-e", "-c", step["run"], **given) for _ in range(2))

    assert (first.returncode, first.stderr) == (0, "")
    status = json.loads(first.stdout)
    assert status["outputs"]["greeting"] == "Hello, pipeline!"
    assert json.loads(again.stdout)["deployment_id"] == status["deployment_id"]
    assert len(slipway.plan_sizes(status["deployment_id"])) == 1
