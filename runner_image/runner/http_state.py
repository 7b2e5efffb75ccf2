"""What Terraform does not do for its `http` back end: comparing a lock's id, and removing a state.

https://developer.hashicorp.com/terraform/language/backend/http
"""

from __future__ import annotations

import base64
import http.client
import json
import urllib.error
import urllib.request
import uuid
from typing import Any

from functions.domain.clock import now, to_text
from functions.domain.job import Failure
from functions.domain.state import StateLock
from runner.errors import StepFailed
from runner.job import Job
from runner.locks import in_words

_TIMEOUT = 30.0
_LOCKED = (409, 423)
_DONE = range(200, 300)


class HttpState:
    """The state of a job behind its address, with the credentials of the engine."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._address = job.backend_block["address"]
        self._lock = str(job.backend_block.get("lock_method", "LOCK"))
        self._unlock = str(job.backend_block.get("unlock_method", "UNLOCK"))
        environment = job.engine.environment
        self._user = environment.get("TF_HTTP_USERNAME")
        self._password = environment.get("TF_HTTP_PASSWORD", "")

    def unlock(self, lock_id: str) -> None:
        """Free the lock if it has this id. Raises StepFailed `lock_not_held`, `lock_id_mismatch`,
        `unlock_failed`, `backend_unavailable`.
        """
        holder = self._holder()
        if holder is None:
            raise StepFailed(Failure("lock_not_held", f"nobody holds the lock '{lock_id}'"))
        if holder.get("ID") != lock_id:
            held = self._job.findings.lock = _lock_of(holder)
            message = f"the lock '{lock_id}' is not the one that is held, which stays: {in_words(held)}"
            raise StepFailed(Failure("lock_id_mismatch", message))
        self._call(self._unlock, holder)

    def delete(self) -> None:
        """Remove the state. Raises StepFailed with what the server said."""
        status, _ = self._request("DELETE")
        if status not in (*_DONE, 404):
            raise _refused("DELETE", status)

    def _holder(self) -> dict[str, Any] | None:
        """Who holds the lock: asking for it oneself is the only way to know."""
        ours = {
            "ID": str(uuid.uuid4()),
            "Operation": "unlock",
            "Who": "slipway",
            "Version": "",
            "Created": to_text(now()),
            "Path": "",
            "Info": "",
        }
        status, body = self._request(self._lock, ours)
        if status in _LOCKED:
            return _holder_in(body)
        if status not in _DONE:
            raise _refused(self._lock, status)
        self._call(self._unlock, ours)
        return None

    def _call(self, method: str, body: dict[str, Any]) -> None:
        status, _ = self._request(method, body)
        if status not in _DONE:
            raise _refused(method, status)

    def _request(self, method: str, body: dict[str, Any] | None = None) -> tuple[int, bytes]:
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
        except (OSError, http.client.HTTPException) as error:
            message = f"asking the state's server to {method}: {error}"
            raise StepFailed(Failure("backend_unavailable", message)) from error


def _holder_in(body: bytes) -> dict[str, Any]:
    try:
        holder = json.loads(body)
    except ValueError:
        holder = None
    if not isinstance(holder, dict) or not holder.get("ID"):
        message = "the state is locked, and its server does not say by whom; free the lock on that server"
        raise StepFailed(Failure("unlock_failed", message))
    return holder


def _lock_of(holder: dict[str, Any]) -> StateLock:
    values = {name.lower(): str(holder[name]) for name in ("Who", "Operation", "Created") if holder.get(name)}
    return StateLock(str(holder["ID"]), **values)


def _refused(method: str, status: int) -> StepFailed:
    return StepFailed(Failure("unlock_failed", f"the state's server answered {status} to {method}"))
