"""A deployment as a caller sees it: posted, and asked for until it ends."""

from __future__ import annotations

import time
from typing import Any

from local.api_client import ApiClient
from local.errors import LocalError

_POLL_SECONDS = 0.1
_TIMEOUT_SECONDS = 300
_UNDER_WAY = frozenset({"pending", "running"})


def completed(api: ApiClient, deployment_id: str, *, poll_seconds: float = _POLL_SECONDS) -> dict[str, Any]:
    """Return the status document of a completed deployment. Raises LocalError if it does not complete."""
    return arrived(api, deployment_id, "completed", poll_seconds=poll_seconds)


def arrived(api: ApiClient, deployment_id: str, wanted: str, *, poll_seconds: float) -> dict[str, Any]:
    """Return the status document once the deployment rests. Raises LocalError if it is not `wanted`."""
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while True:
        status = api.get(f"/deployments/{deployment_id}/status")
        if status["status"] not in _UNDER_WAY:
            break
        if time.monotonic() > deadline:
            raise LocalError(f"'{deployment_id}' is '{status['status']}' after {_TIMEOUT_SECONDS} s")
        time.sleep(poll_seconds)
    if status["status"] != wanted:
        log = api.text(f"/deployments/{deployment_id}/logs")
        raise LocalError(
            f"'{deployment_id}' is '{status['status']}', not '{wanted}': {status['error']}\n{log}"
        )
    return status
