"""Importing `function_app` in a fresh interpreter, against importing the SDKs that it cannot do without; and
what the first body costs, against importing the libraries that check it.
"""

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

BOUND = 1.0
FIRST_BODY_BOUND = 2.5
_RUNS = 15
_APP = "import function_app"
_SDKS = "import azure.functions, azure.data.tables, azure.storage.blob, azure.storage.queue"
# what stands between a cold start and the first answer, so that nothing hides in a late import
_READY = "import function_app; from functions.bootstrap import get_context; context = get_context()"
_LIBRARIES = "import jsonschema_rs; from pydantic import BaseModel"
_FIRST_BODY = """
from functions.api.body_check import model_named, read_body
from functions.api.routes import ROUTES
from functions.services.admission.check_request import check_request
taken = next(route for route in ROUTES if route.path == "deploy").methods["POST"].body
body = read_body(model_named(taken.model), taken.example, lambda sent: [])
check_request(
    context,
    template_name=body.template_name,
    provider_type=body.provider_type,
    parameters=body.parameters,
    subscription_id=None,
    resource_group=None,
)
"""
_TIMED = """
import time
{before}
started = time.perf_counter()
{timed}
print(time.perf_counter() - started)
"""


def measure(folder: Path, say: Say) -> list[Figure]:
    """Each statement is timed by the interpreter that runs it, its own start left out."""
    environment = {
        **plain_environment(os.environ),
        "PYTHONPATH": str(ROOT),
        "SLIPWAY_STORAGE": connection_string(blob=1, queue=2, table=3),
        "SLIPWAY_JOBS_DIR": str(folder),
    }
    timed = [
        _timer(_APP, environment),
        _timer(_SDKS, environment),
        _timer(_READY, environment),
        _timer(_FIRST_BODY, environment, before=_READY),
        _timer(_LIBRARIES, environment, before=_READY),
    ]
    say(f"importing function_app, its SDKs and the first body in {len(timed) * _RUNS} fresh interpreters")
    for once in timed:
        # writes the .pyc files
        once()
    times = list(zip(*([once() for once in timed] for _ in range(_RUNS)), strict=True))
    app, sdks, ready, first_body, libraries = (p50(taken) for taken in times)
    imports = {"function_app": app, "its SDKs": sdks, "ready for a first request": ready}
    body = {"checking the first body": first_body, "its libraries": libraries}
    return [
        Figure("cold_import", imports, app / sdks, BOUND, _RUNS),
        Figure("first_body", body, first_body / libraries, FIRST_BODY_BOUND, _RUNS),
    ]


def _timer(statement: str, environment: dict[str, str], before: str = "") -> Callable[[], float]:
    command = [sys.executable, "-c", _TIMED.format(before=before, timed=statement)]

    def run() -> float:
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise LocalError(f"running '{statement}':\n{done.stderr}")
        return float(done.stdout) * 1000

    return run
