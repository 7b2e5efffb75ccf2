"""Texts of the engine's table that no other test tells from each other, from the real engine."""

from __future__ import annotations

import fcntl
import json
import subprocess
from pathlib import Path

import pytest

from runner.engines.terraform.json_stream import JsonStream
from runner.engines.terraform.messages import LOCK_HELD, PUSH_OVER_ANOTHER_STATE, STALE_PLAN, STATE_LOCKED
from tests.terraform_engine import Engine, isolated_environment


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    (tmp_path / "main.tf").write_text('resource "terraform_data" "a" {}\n')
    engine = Engine(tmp_path, isolated_environment(tmp_path, "http://127.0.0.1:9"))
    engine.run("init", "-input=false")
    return engine


def failed(engine: Engine, command: str, *arguments: str) -> JsonStream:
    """Run a command with `-json` that fails; gives what it said."""
    stream = JsonStream(lambda _: None)
    for line in engine.run(command, "-json", *arguments, expected=1).splitlines():
        stream.line(line)
    return stream


def write_state(engine: Engine, *, serial: int, lineage: str, name: str = "terraform.tfstate") -> None:
    state = {"version": 4, "terraform_version": "1.0.0", "serial": serial, "lineage": lineage}
    # Terraform takes an empty state for none
    outputs = {"x": {"value": serial, "type": "number"}}
    (engine.folder / name).write_text(json.dumps({**state, "outputs": outputs, "resources": []}))


def test_a_local_state_is_locked_by_somebody_who_has_not_written_down_who_they_are(engine: Engine) -> None:
    with (engine.folder / "terraform.tfstate").open("w+b") as state:
        fcntl.lockf(state, fcntl.LOCK_EX)
        (diagnostic,) = failed(engine, "apply", "-auto-approve").diagnostics

    assert STATE_LOCKED.is_in(diagnostic["summary"])
    assert "resource temporarily unavailable" in diagnostic["detail"]
    assert LOCK_HELD.is_in(diagnostic["detail"])


@pytest.mark.parametrize(
    ("serial", "lineage", "summary"),
    [
        (2, "ours", "Saved plan is stale"),
        (1, "theirs", "Saved plan does not match the given state"),
    ],
)
def test_a_plan_of_another_state_is_refused(engine: Engine, serial: int, lineage: str, summary: str) -> None:
    write_state(engine, serial=1, lineage="ours")
    engine.run("plan", "-out=plan")
    write_state(engine, serial=serial, lineage=lineage)

    error = failed(engine, "apply", "plan").first_error

    assert error == summary
    assert STALE_PLAN.is_in(error)


@pytest.mark.parametrize(("serial", "lineage"), [(1, "ours"), (3, "theirs")])
def test_a_state_is_not_pushed_over_another_one(engine: Engine, serial: int, lineage: str) -> None:
    write_state(engine, serial=2, lineage="ours")
    write_state(engine, serial=serial, lineage=lineage, name="pushed.tfstate")

    command = ["terraform", "state", "push", "-no-color", "pushed.tfstate"]
    ended = subprocess.run(
        command, cwd=engine.folder, env=engine.environment, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 1
    assert PUSH_OVER_ANOTHER_STATE.is_in(ended.stderr)
