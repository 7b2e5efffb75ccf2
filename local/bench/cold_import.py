"""Compares importing `function_app` in a new interpreter with importing only the SDKs that it needs, and
checking the first body with importing the libraries that check it.
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
FIRST_BODY_BOUND = 0.5
_RUNS = 15
_APP = "import function_app"
_SDKS = "import azure.functions, azure.data.tables, azure.storage.blob, azure.storage.queue"
# Everything between a cold start and the first response, so that a late import counts, too.
_READY = "import function_app; from functions.bootstrap import get_context; context = get_context()"
_LIBRARIES = "import jsonschema_rs; from pydantic import BaseModel"
_FIRST_BODY = """
from functions.api.body_check import model_named, read_body
from functions.api.routes import ROUTES
from functions.services.admission.check_request import check_request
schema = next(route for route in ROUTES if route.path == "deploy").methods["POST"].body
body = read_body(model_named(schema.model), schema.example, lambda body: [])
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
    """Time each statement in the interpreter that runs it, without the start of the interpreter."""
    environment = {
        **plain_environment(os.environ),
        "PYTHONPATH": str(ROOT),
        "SLIPWAY_STORAGE": connection_string(blob=1, queue=2, table=3),
        "SLIPWAY_JOBS_DIR": str(folder),
    }
    timers = [
        _timer(_APP, environment),
        _timer(_SDKS, environment),
        _timer(_READY, environment),
        _timer(_FIRST_BODY, environment, before=_READY),
        # being ready has imported them, to check environments.json
        _timer(_LIBRARIES, environment, before=_APP),
    ]
    say(f"importing function_app, its SDKs and the first body in {len(timers) * _RUNS} new interpreters")
    for timer in timers:
        # The first run writes the .pyc files.
        timer()
    times = list(zip(*([timer() for timer in timers] for _ in range(_RUNS)), strict=True))
    app, sdks, ready, first_body, libraries = map(p50, times)
    imports = {"function_app": app, "its SDKs": sdks, "ready for a first request": ready}
    body = {"checking the first body": first_body, "its libraries": libraries}
    return [
        Figure("cold_import", imports, app / sdks, BOUND, _RUNS),
        Figure("first_body", body, first_body / libraries, FIRST_BODY_BOUND, _RUNS),
    ]


def _timer(statement: str, environment: dict[str, str], before: str = "") -> Callable[[], float]:
    command = [sys.executable, "-c", _TIMED.format(before=before, timed=statement)]

    def run() -> float:
        result = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        if result.returncode != 0:
            raise LocalError(f"running '{statement}':\n{result.stderr}")
        return float(result.stdout) * 1000

    return run
