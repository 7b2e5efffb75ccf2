"""What Terraform does not do for its `http` back end: comparing a lock's id, and removing a state.

https://developer.hashicorp.com/terraform/language/backend/http
"""

from __future__ import annotations

import base64
import json
import secrets
import urllib.error
import urllib.request
from typing import Any

from functions.domain.job import Failure
from runner.errors import StepFailed
from runner.job import Job

_TIMEOUT = 30.0
_LOCKED = (409, 423)


class HttpState:
    """The state of a job behind its address, with the credentials of the engine."""

    def __init__(self, job: Job) -> None:
        self._address = job.backend_block["address"]
        environment = job.engine.environment
        self._user = environment.get("TF_HTTP_USERNAME")
        self._password = environment.get("TF_HTTP_PASSWORD", "")

    def unlock(self, lock_id: str) -> None:
        """Free the lock if it has this id. Raises StepFailed `lock_not_held`, `lock_id_mismatch`,
        `unlock_failed`.
        """
        holder = self._holder()
        if holder is None:
            raise StepFailed(Failure("lock_not_held", f"nobody holds the lock '{lock_id}'"))
        if holder.get("ID") != lock_id:
            message = f"the state is locked with another id: '{holder.get('ID')}' by '{holder.get('Who')}'"
            raise StepFailed(Failure("lock_id_mismatch", message))
        self._call("UNLOCK", holder)

    def delete(self) -> None:
        """Remove the state. Raises StepFailed `unlock_failed` with what the server said."""
        self._call("DELETE")

    def _holder(self) -> dict[str, Any] | None:
        """Who holds the lock: asking for it oneself is the only way to know."""
        ours = {"ID": secrets.token_hex(16), "Operation": "unlock", "Who": "slipway", "Info": ""}
        status, body = self._request("LOCK", ours)
        if status in _LOCKED:
            try:
                found = json.loads(body)
            except ValueError:
                found = None
            return found if isinstance(found, dict) else {}
        if status >= 300:
            raise self._failed("LOCK", status)
        self._call("UNLOCK", ours)
        return None

    def _call(self, method: str, body: dict[str, Any] | None = None) -> None:
        status, _ = self._request(method, body)
        if status >= 300 and not (method == "DELETE" and status == 404):
            raise self._failed(method, status)

    def _request(self, method: str, body: dict[str, Any] | None) -> tuple[int, bytes]:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self._address, data=data, method=method)  # noqa: S310
        request.add_header("Content-Type", "application/json")
        if self._user:
            token = base64.b64encode(f"{self._user}:{self._password}".encode()).decode()
            request.add_header("Authorization", f"Basic {token}")
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError as error:
            message = f"asking the state's server to {method}: {error}"
            raise StepFailed(Failure("backend_unavailable", message)) from error

    def _failed(self, method: str, status: int) -> StepFailed:
        return StepFailed(Failure("unlock_failed", f"the state's server answered {status} to {method}"))
