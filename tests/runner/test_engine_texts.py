"""Texts of the engine's table that no other test provokes, from the real engine."""

from __future__ import annotations

import fcntl
from pathlib import Path

from runner.engine_messages import LOCK_HELD, STATE_LOCKED
from runner.json_stream import JsonStream
from tests.terraform_engine import Engine, isolated_environment


def test_a_local_state_is_locked_by_somebody_who_has_not_written_down_who_they_are(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "terraform_data" "a" {}\n')
    engine = Engine(tmp_path, isolated_environment(tmp_path, "http://127.0.0.1:9"))
    engine.run("init", "-input=false")
    stream = JsonStream(lambda _: None)

    with (tmp_path / "terraform.tfstate").open("w+b") as state:
        fcntl.lockf(state, fcntl.LOCK_EX)
        for line in engine.run("apply", "-json", "-auto-approve", expected=1).splitlines():
            stream.line(line)

    (diagnostic,) = stream.diagnostics
    assert STATE_LOCKED.is_in(diagnostic["summary"])
    assert "resource temporarily unavailable" in diagnostic["detail"]
    assert LOCK_HELD.is_in(diagnostic["detail"])
