"""Measures how many operations one machine completes in a minute: many `greeting`s, posted at once."""

from __future__ import annotations

import time
from pathlib import Path

from functions.domain.clock import from_text
from local.api_client import ApiClient
from local.bench.figure import Figure, Say, p50, p95
from local.bench.following import completed
from local.stack.stack import start_run

_OPERATIONS = 60
_BODY = {"template_name": "greeting", "provider_type": "terraform-local", "parameters": {"name": "Ada"}}


def measure(folder: Path, say: Say) -> list[Figure]:
    """Measure from the first POST until the last one is completed. One deployment before that warms up."""
    with start_run(folder / "slipway", say=say) as stack:
        api = ApiClient(stack.url)
        completed(api, _deploy(api))
        say(f"posting {_OPERATIONS} deployments at once")
        started = time.perf_counter()
        ids = [_deploy(api) for _ in range(_OPERATIONS)]
        accepted = time.perf_counter()
        statuses = [completed(api, deployment_id) for deployment_id in ids]
        seconds = time.perf_counter() - started
    waits = [_milliseconds(status["created_at"], status["started_at"]) for status in statuses]
    runs = [_milliseconds(status["started_at"], status["completed_at"]) for status in statuses]
    parts = {
        "all": seconds * 1000,
        "accepting them": (accepted - started) * 1000,
        "in the queue p50": p50(waits),
        "running p50": p50(runs),
        "running p95": p95(runs),
    }
    a_minute = _OPERATIONS / seconds * 60
    return [Figure("operations", parts, a_minute, None, _OPERATIONS, unit="a minute")]


def _deploy(api: ApiClient) -> str:
    return str(api.post("/deploy", _BODY)["data"]["deployment_id"])


def _milliseconds(since: str, until: str) -> float:
    return (from_text(until) - from_text(since)).total_seconds() * 1000
