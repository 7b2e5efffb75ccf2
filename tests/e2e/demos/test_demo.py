"""`./dev demo` as a process of its own: the whole way, with real Terraform and the stand-in for AWS."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from local.paths import ROOT
from local.stack.environment import plain_environment
from tests.e2e.slipway import Slipway

DEMO = """
import sys
from pathlib import Path
from local.demo import demo
sys.exit(demo(Path(sys.argv[1]), 0, as_json=sys.argv[2] == "json"))
"""
SECONDS = 180


def run_demo(data_dir: Path, form: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", DEMO, str(data_dir), form],
        cwd=ROOT,
        env=plain_environment(os.environ),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def test_a_newcomer_gets_a_greeting_and_a_bucket_and_sees_every_call(tmp_path: Path) -> None:
    ended = run_demo(tmp_path, "plain")

    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    assert len([line for line in lines if line.startswith("  $ curl -s http://127.0.0.1:")]) == 4
    assert "  greeting: completed" in lines
    assert "  storage-bucket: completed" in lines
    outputs = dict(
        line.split(maxsplit=1) for line in lines if line.startswith(("  greeting.", "  storage-bucket."))
    )
    assert "newcomer" in outputs["greeting.greeting"]
    bucket = json.loads(outputs["storage-bucket.bucket_name"])
    assert json.loads(outputs["storage-bucket.bucket_arn"]) == f"arn:aws:s3:::{bucket}"


def test_a_script_gets_only_the_last_status_document_and_a_running_slipway_is_used(slipway: Slipway) -> None:
    data_dir = slipway.app / ".slipway"

    ended = run_demo(data_dir, "json")

    assert f"using the Slipway that runs at {slipway.url}" in ended.stderr
    assert ended.returncode == 0, ended.stderr
    status = json.loads(ended.stdout)
    assert status["status"] == "completed"
    assert status["outputs"]["bucket_name"].startswith("slipway-demo-")
    assert not (data_dir / "demo").exists()
