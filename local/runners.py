"""The runner processes that the development host started: found by what they leave in their job folders."""

from __future__ import annotations

import re
from pathlib import Path

from local.processes import Process, end

# written by the process launcher: functions/adapters/process_launcher.py
_EXECUTION = re.compile(r"pid-(?P<pid>[0-9]+)-(?P<started>.+)")


def recorded_runners(jobs_dir: Path) -> list[Process]:
    """Return the runners named in the `execution` files of the job folders, running or not."""
    found = []
    for file in sorted(jobs_dir.glob("*/execution")):
        match = _EXECUTION.fullmatch(file.read_text(encoding="utf-8").strip())
        if match:
            found.append(Process(f"runner {file.parent.name}", int(match["pid"]), match["started"]))
    return found


def stop_runners(jobs_dir: Path) -> list[Process]:
    """Ask every running runner to end, then end it by force. Returns those that ran."""
    running = [runner for runner in recorded_runners(jobs_dir) if runner.alive]
    for runner in running:
        # what Terraform started may have a session of its own
        end(runner, descendants=True)
    return running
