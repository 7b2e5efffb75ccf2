"""Importing `function_app` in a fresh interpreter, against importing the SDKs that it cannot do without."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from local.bench.figure import Figure, Say, p50
from local.errors import LocalError
from local.paths import ROOT
from local.stack.environment import plain_environment
from local.stack.storage import connection_string

BOUND = 1.25
_RUNS = 15
_APP = "import function_app"
_SDKS = "import azure.functions, azure.data.tables, azure.storage.blob, azure.storage.queue"
# what stands between a cold start and the first answer, so that nothing hides in a late import
_READY = "import function_app; from functions.bootstrap import get_context; get_context()"
_TIMED = "import time; started = time.perf_counter(); {}; print(time.perf_counter() - started)"


def measure(folder: Path, say: Say) -> list[Figure]:
    """Each import is timed by the interpreter that does it, its own start left out."""
    say(f"importing function_app and its SDKs in {3 * _RUNS} fresh interpreters")
    environment = {
        **plain_environment(os.environ),
        "PYTHONPATH": str(ROOT),
        "SLIPWAY_STORAGE": connection_string(blob=1, queue=2, table=3),
        "SLIPWAY_JOBS_DIR": str(folder),
    }
    imports = [_importer(statement, environment) for statement in (_APP, _SDKS, _READY)]
    for once in imports:
        # writes the .pyc files
        once()
    times = list(zip(*([once() for once in imports] for _ in range(_RUNS)), strict=True))
    app, sdks, ready = (p50(taken) for taken in times)
    parts = {"function_app": app, "its SDKs": sdks, "ready for a first request": ready}
    return [Figure("cold_import", parts, app / sdks, BOUND, _RUNS)]


def _importer(statement: str, environment: dict[str, str]) -> Callable[[], float]:
    command = [sys.executable, "-c", _TIMED.format(statement)]

    def run() -> float:
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise LocalError(f"running '{statement}':\n{done.stderr}")
        return float(done.stdout) * 1000

    return run
