"""The runner processes that the development host started, by what their launcher writes down."""

from __future__ import annotations

import contextlib
from pathlib import Path

from functions.adapters.launchers.process_table import parse_execution
from local.stack.processes import Process, end

# an interrupted Terraform saves its state within a second or two, unless a provider keeps it waiting
_SECONDS = 20


def stop_runners(jobs_dir: Path) -> list[Process]:
    """Ask every running runner to end, then end it and what it started by force. Returns those that ran."""
    running = [runner for runner in _recorded_runners(jobs_dir) if runner.family()]
    end(running, seconds=_SECONDS)
    return running


def _recorded_runners(jobs_dir: Path) -> list[Process]:
    # functions/adapters/launchers/process_launcher.py writes these files
    runners = []
    for file in sorted(jobs_dir.glob("*/execution")):
        with contextlib.suppress(OSError, ValueError):
            execution = file.read_text(encoding="ascii")
            parse_execution(execution)
            runners.append(Process(f"runner {file.parent.name}", execution))
    return runners
