from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from local.test_repeatedly import Repetition, Run, repeat, table

# fails in its second run alone
SOMETIMES = """
from pathlib import Path
def test_steady(): pass
def test_sometimes():
    count = Path(__file__).with_name("count")
    runs = len(count.read_text()) if count.exists() else 0
    count.write_text("x" * (runs + 1))
    assert runs != 1
"""


def a_repetition(folder: Path, times: int, *, past_failures: bool = False) -> Repetition:
    (folder / "test_sometimes.py").write_text(SOMETIMES)
    (folder / "pytest.ini").write_text("[pytest]\n")
    arguments = ["-q", "-p", "no:cacheprovider", "-c", str(folder / "pytest.ini"), str(folder)]
    return Repetition(times, arguments, dict(os.environ), past_failures=past_failures)


def test_a_repetition_stops_at_a_red_run_and_goes_on_from_there(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert repeat(a_repetition(tmp_path, 4), tmp_path) == 1
    assert capfd.readouterr().out.count(" of 4 ...") == 2

    assert repeat(a_repetition(tmp_path, 4), tmp_path) == 1

    shown = capfd.readouterr().out
    assert [line for line in shown.splitlines() if " of 4 ..." in line] == [
        "run 3 of 4 ...",
        "run 4 of 4 ...",
    ]
    runs = [json.loads(line) for line in (tmp_path / "test-runs.jsonl").read_text().splitlines()]
    assert [run["passed"] for run in runs] == [2, 1, 2, 2]
    assert [len(run["failed"]) for run in runs] == [0, 1, 0, 0]


def test_a_repetition_that_is_asked_to_goes_on_past_a_red_run(tmp_path: Path) -> None:
    assert repeat(a_repetition(tmp_path, 3, past_failures=True), tmp_path) == 1
    assert len((tmp_path / "test-runs.jsonl").read_text().splitlines()) == 3


def test_a_run_without_a_result_does_not_count(tmp_path: Path) -> None:
    repetition = Repetition(2, ["--no-such-option"], dict(os.environ))
    assert repeat(repetition, tmp_path) == 1
    assert not (tmp_path / "test-runs.jsonl").exists()


def test_the_table_has_a_line_for_each_run() -> None:
    runs = [Run("c", [], 61.4, 20, []), Run("c", [], 9, 19, ["tests.unit.test_a::test_b"])]
    assert table(runs).splitlines() == [
        "run  seconds  passed  failed",
        "  1       61      20  -",
        "  2        9      19  tests.unit.test_a::test_b",
    ]
