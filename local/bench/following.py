"""Follows a deployment by its status until it ends, like a caller."""

from __future__ import annotations

import time
from typing import Any

from local.api_client import ApiClient
from local.errors import LocalError

_POLL_SECONDS = 0.1
_TIMEOUT_SECONDS = 300
_UNFINISHED_STATUSES = frozenset({"pending", "running"})


def completed(api: ApiClient, deployment_id: str, *, poll_seconds: float = _POLL_SECONDS) -> dict[str, Any]:
    """Wait until the deployment is completed, and return its status. Raises LocalError if it is not."""
    return wait_for_status(api, deployment_id, "completed", poll_seconds=poll_seconds)


def wait_for_status(
    api: ApiClient, deployment_id: str, expected: str, *, poll_seconds: float
) -> dict[str, Any]:
    """Wait until the deployment is idle, and return its status. Raises LocalError if it is not `expected`."""
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while True:
        status = api.get(f"/deployments/{deployment_id}/status")
        if status["status"] not in _UNFINISHED_STATUSES:
            break
        if time.monotonic() > deadline:
            raise LocalError(f"'{deployment_id}' is '{status['status']}' after {_TIMEOUT_SECONDS} s")
        time.sleep(poll_seconds)
    if status["status"] != expected:
        log = api.text(f"/deployments/{deployment_id}/logs")
        raise LocalError(
            f"'{deployment_id}' is '{status['status']}', not '{expected}': {status['error']}\n{log}"
        )
    return status
