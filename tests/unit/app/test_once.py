"""What many threads ask for at the same moment is built once."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

from functions.once import Once
from local.paths import ROOT

THREADS = 40
FIRST_REQUESTS = f"""
import threading
from functions.bootstrap import get_context

start = threading.Barrier({THREADS})
contexts = []

def first_request():
    start.wait()
    contexts.append(get_context())

threads = [threading.Thread(target=first_request) for _ in range({THREADS})]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(contexts), len({{id(context) for context in contexts}}))
"""


def call_at_once(call: Callable[[], object]) -> list[object]:
    """What 40 threads get that call at the same moment; an exception counts as what it got."""
    start = threading.Barrier(THREADS)
    results: list[object] = []

    def run() -> None:
        start.wait(timeout=30)
        try:
            results.append(call())
        except RuntimeError as error:
            results.append(error)

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_forty_callers_at_once_share_one_build() -> None:
    builds: list[object] = []

    def build() -> object:
        builds.append(object())
        return builds[-1]

    assert call_at_once(Once(build)) == [builds[0]] * THREADS
    assert len(builds) == 1


def test_a_build_that_raised_is_tried_again_by_the_next_caller() -> None:
    builds: list[int] = []

    def build() -> str:
        builds.append(len(builds))
        if len(builds) == 1:
            raise RuntimeError("no settings yet")
        return "built"

    once = Once(build)

    with pytest.raises(RuntimeError):
        once()
    assert [once(), once()] == ["built", "built"]
    assert len(builds) == 2


def test_forty_first_requests_of_the_app_share_one_context() -> None:
    environ = {"PATH": os.environ["PATH"], "SLIPWAY_STORAGE": "UseDevelopmentStorage=true"}
    environ |= {"SLIPWAY_JOBS_DIR": "jobs", "PYTHONPATH": str(ROOT)}

    ended = subprocess.run(
        [sys.executable, "-c", FIRST_REQUESTS],
        env=environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert ended.stdout.split() == [str(THREADS), "1"]
