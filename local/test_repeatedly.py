"""Runs the tests again and again, beside processes that keep the machine busy, to find those that fail
sometimes.

Each run that has ended is a line of `test-runs.jsonl`. Runs of the same commit with the same arguments belong
together: a repetition that was stopped goes on where it stood.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from local.paths import ROOT

# ends with its parent, even where that is killed
_BUSY = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: sum(range(100_000))"
_TESTS_FAILED = 1


@dataclass(frozen=True)
class Run:
    """How one run ended."""

    commit: str
    arguments: list[str]
    seconds: float
    passed: int
    failed: list[str]


@dataclass(frozen=True)
class Repetition:
    """What to run how often; `busy` is the number of processes beside it."""

    times: int
    arguments: list[str]
    environment: Mapping[str, str]
    busy: int = 0
    past_failures: bool = False


def repeat(repetition: Repetition, folder: Path) -> int:
    """Run what is left to run, print a table of all runs, and return 0 if every run is green.

    Stops at the first red run, unless it is to go on `past_failures`.
    """
    commit = _commit()
    done = _recorded(folder, commit, repetition.arguments)
    with _busy_processes(repetition.busy):
        while len(done) < repetition.times:
            print(f"run {len(done) + 1} of {repetition.times} ...", flush=True)
            run = _run(repetition, folder, commit)
            if run is None:
                print("pytest ended without a result: this run does not count", file=sys.stderr)
                break
            done.append(run)
            with (folder / "test-runs.jsonl").open("a", encoding="utf-8") as record:
                record.write(json.dumps(asdict(run)) + "\n")
            if run.failed and not repetition.past_failures:
                break
    print(table(done))
    return int(len(done) < repetition.times or any(run.failed for run in done))


def table(runs: Sequence[Run]) -> str:
    """Return a line for each run."""
    lines = [f"{'run':>3}  {'seconds':>7}  {'passed':>6}  failed"]
    for number, run in enumerate(runs, 1):
        lines.append(f"{number:>3}  {run.seconds:>7.0f}  {run.passed:>6}  {', '.join(run.failed) or '-'}")
    return "\n".join(lines)


def _run(repetition: Repetition, folder: Path, commit: str) -> Run | None:
    folder.mkdir(exist_ok=True)
    report = folder / "test-run.xml"
    began = time.monotonic()
    code = subprocess.run(
        [sys.executable, "-m", "pytest", f"--junit-xml={report}", *repetition.arguments],
        cwd=ROOT,
        env=dict(repetition.environment),
        check=False,
    ).returncode
    if code not in (0, _TESTS_FAILED):
        return None
    cases = list(ET.parse(report).iter("testcase"))  # noqa: S314 (pytest has just written it)
    failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    passed = len([case for case in cases if case not in failed and case.find("skipped") is None])
    names = sorted({f"{case.get('classname')}::{case.get('name')}" for case in failed})
    return Run(commit, repetition.arguments, round(time.monotonic() - began, 1), passed, names)


def _recorded(folder: Path, commit: str, arguments: list[str]) -> list[Run]:
    with contextlib.suppress(FileNotFoundError):
        lines = (folder / "test-runs.jsonl").read_text(encoding="utf-8").splitlines()
        runs = [Run(**json.loads(line)) for line in lines]
        return [run for run in runs if (run.commit, run.arguments) == (commit, arguments)]
    return []


def _commit() -> str:
    told = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return told.stdout.strip()


@contextlib.contextmanager
def _busy_processes(number: int) -> Iterator[None]:
    processes = [subprocess.Popen([sys.executable, "-c", _BUSY]) for _ in range(number)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()
