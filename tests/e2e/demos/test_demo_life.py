"""`./dev demo --life` as a process of its own, with the real Terraform."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from local.paths import ROOT
from local.stack.environment import plain_environment
from local.stack.ownership import holder
from local.stack.stack import start_run
from tests.e2e.slipway import Slipway

DEMO = """
import sys
from pathlib import Path
from local.demo import demo
sys.exit(demo(Path(sys.argv[1]), 0, as_json=sys.argv[2] == "json", life=True))
"""
SECONDS = 180


def run_life(data_dir: Path, form: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", DEMO, str(data_dir), form],
        cwd=ROOT,
        env=plain_environment(os.environ),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def test_a_newcomer_sees_a_whole_life_and_nothing_is_left_of_it(tmp_path: Path) -> None:
    ended = run_life(tmp_path, "plain")

    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    steps = [line.partition(".")[0] for line in lines if line[:1].isdigit()]
    assert steps == [str(number) for number in range(1, 11)]
    plans = [line.strip() for line in lines if line.endswith(" terraform_data.account")]
    assert plans == [f"{action} terraform_data.account" for action in ("create", "update", "delete")]
    approvals = [line for line in lines if "/approve " in line and "X-Slipway-User: bob" in line]
    assert len(approvals) == 3
    assert "  403 self_approval: somebody else must approve it" in lines
    assert lines[-1] == "  404 deployment_not_found, and no row, blob, state or folder is left of it"
    folder = tmp_path / "demo"
    # the end of each runner's own log is kept for an hour, for a look at why one died
    left = [path for name in ("state", "jobs") for path in (folder / name).glob("*")]
    assert [path for path in left if path.suffix != ".log"] == []
    assert holder(folder) is None


def test_a_script_gets_an_account_of_every_operation(slipway: Slipway) -> None:
    ended = run_life(slipway.app / ".slipway", "json")

    assert f"using the Slipway that runs at {slipway.url}" in ended.stderr
    assert ended.returncode == 0, ended.stderr
    account = json.loads(ended.stdout)
    assert (account["status"], account["forgotten"]) == ("destroyed", True)
    operations = account["operations"]
    assert [operation["kind"] for operation in operations] == ["apply", "apply", "destroy"]
    assert {
        (operation["asked_by"], operation["approved_by"], operation["status"]) for operation in operations
    } == {("ada", "bob", "succeeded")}
    assert len({operation["plan_sha256"] for operation in operations}) == 3


def test_a_step_that_goes_wrong_ends_the_demo_and_is_said(tmp_path: Path) -> None:
    environments = tmp_path / "environments.json"
    environments.write_text('{"default": "prod", "environments": {"prod": {"approval": "none"}}}')

    with start_run(tmp_path / "data", extra_env={"SLIPWAY_ENVIRONMENTS": str(environments)}):
        ended = run_life(tmp_path / "data", "plain")

    assert ended.returncode == 1
    assert "ended as 'completed'" in ended.stderr
    assert "the logs of the host and the emulators are in" in ended.stderr
