"""Finds and stops the runners that the development host started, by the records of their launcher."""

from __future__ import annotations

import contextlib
from pathlib import Path

from functions.adapters.launchers.process_table import parse_execution
from local.stack.processes import Process, end

# An interrupted Terraform saves its state within a second or two, unless it waits for a provider.
_STOP_TIMEOUT_SECONDS = 20


def stop_runners(jobs_dir: Path) -> list[Process]:
    """Ask every runner to end, then kill it and its child processes. Return those that ran."""
    running = [runner for runner in _recorded_runners(jobs_dir) if runner.family()]
    end(running, seconds=_STOP_TIMEOUT_SECONDS)
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
