"""Does what Terraform does not do for its `http` backend: compare the id of a lock, and remove a state.

https://developer.hashicorp.com/terraform/language/backend/http
"""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Container, Mapping
from typing import Any

from functions.domain.clock import now, to_text
from functions.domain.failures import Failure, FailureCode
from functions.domain.jobs.terraform_state import StateLock
from functions.domain.status import Resources
from runner.engines.terraform.session import TerraformSession
from runner.engines.terraform.state.locks import describe_lock
from runner.engines.terraform.state.read_state import resources_in
from runner.errors import StepFailed

_TIMEOUT_SECONDS = 30.0
_LOCKED_STATUSES = (409, 423)
_DONE = range(200, 300)
_UNCLEAR = range(500, 600)
_MAX_UNLOCK_RETRIES = 2
_PAUSE_SECONDS = 1.0


class HttpState:
    """The state of a deployment on its server, which gets the credentials of the engine."""

    def __init__(self, session: TerraformSession) -> None:
        environment = session.cli.environment
        self._session = session
        self._address = session.backend_block["address"]
        self._lock = _method(session, "lock_method", "TF_HTTP_LOCK_METHOD", "LOCK")
        self._unlock = _method(session, "unlock_method", "TF_HTTP_UNLOCK_METHOD", "UNLOCK")
        self._user = environment.get("TF_HTTP_USERNAME")
        self._password = environment.get("TF_HTTP_PASSWORD", "")
        self._opener = _opener(environment)

    def unlock(self, lock_id: str) -> None:
        """Free the lock if it has this id.

        Raises StepFailed `lock_not_held`, `lock_id_mismatch`, `unlock_failed`, `backend_unavailable`.
        """
        ours = _new_lock("unlock")
        holder = self._take(ours)
        if holder is None:
            self._free(ours)
            raise StepFailed(Failure(FailureCode.LOCK_NOT_HELD, f"nobody holds the lock '{lock_id}'"))
        if holder["ID"] != lock_id:
            lock = self._session.job.progress.lock = _lock_of(holder)
            message = f"the lock '{lock_id}' is not the one that is held, which stays: {describe_lock(lock)}"
            raise StepFailed(Failure(FailureCode.LOCK_ID_MISMATCH, message))
        self._free(holder)

    def remove_if_empty(self) -> None:
        """Remove the state under its lock, if it still has no resource. Raises StepFailed if it cannot."""
        ours = _new_lock("remove the state")
        if (holder := self._take(ours)) is not None:
            message = f"the state is locked by somebody else: {describe_lock(_lock_of(holder))}"
            raise StepFailed(Failure(FailureCode.STATE_LOCKED, message))
        try:
            self._check_empty()
            # With the id of the lock, as in Terraform's own writes of a state.
            status, _ = self._request("DELETE", query=f"?ID={ours['ID']}")
            if status not in (*_DONE, 404):
                raise _refused("DELETE", status)
        finally:
            # 404: some servers remove the lock together with its state.
            self._free(ours, done=(*_DONE, 404))

    def _check_empty(self) -> None:
        status, body = self._request("GET")
        if status not in (*_DONE, 404):
            raise _refused("GET", status)
        try:
            is_empty = status == 404 or not body or resources_in(json.loads(body)) is Resources.NONE
        except (ValueError, KeyError, TypeError, AttributeError):
            is_empty = False
        if not is_empty:
            message = "somebody has written another state there since, which is not empty"
            raise StepFailed(Failure(FailureCode.STATE_MOVED, message))

    def _take(self, lock: dict[str, str]) -> dict[str, Any] | None:
        """Take the lock; return its holder if another client holds it. There is no other way to ask."""
        status, body = self._request(self._lock, lock)
        if status in _LOCKED_STATUSES:
            return _holder_in(body)
        if status not in _DONE:
            raise _refused(self._lock, status)
        return None

    def _free(self, lock: dict[str, Any], done: Container[int] = _DONE) -> None:
        """Free a lock that is held.

        After an unclear response, check the holder before the next try: by then another client may hold the
        lock, and the server would free that one, too.
        """
        status, _ = self._request(self._unlock, lock)
        for _ in range(_MAX_UNLOCK_RETRIES):
            if status not in _UNCLEAR:
                break
            time.sleep(_PAUSE_SECONDS)
            ours = _new_lock("unlock")
            holder = self._take(ours)
            if holder is not None and holder["ID"] != lock["ID"]:
                return
            lock = holder or ours
            status, _ = self._request(self._unlock, lock)
        if status not in done:
            message = f"{_refused(self._unlock, status)}; the lock '{lock['ID']}' may still be held"
            raise StepFailed(Failure(FailureCode.UNLOCK_FAILED, message))

    def _request(
        self, method: str, body: dict[str, Any] | None = None, *, query: str = ""
    ) -> tuple[int, bytes]:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self._address + query, data=data, method=method)  # noqa: S310
        request.add_header("Content-Type", "application/json")
        if self._user:
            token = base64.b64encode(f"{self._user}:{self._password}".encode()).decode()
            request.add_header("Authorization", f"Basic {token}")
        try:
            with self._opener.open(request, timeout=_TIMEOUT_SECONDS) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except (OSError, http.client.HTTPException) as error:
            message = f"asking the state's server to {method}: {error}"
            raise StepFailed(Failure(FailureCode.BACKEND_UNAVAILABLE, message)) from error


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Does not follow redirects, which would send the password to another host."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _opener(environment: Mapping[str, str]) -> urllib.request.OpenerDirector:
    """Return an opener with the engine's TLS settings, except that it has no client certificate."""
    context = ssl.create_default_context(cadata=environment.get("TF_HTTP_CLIENT_CA_CERTIFICATE_PEM"))
    if environment.get("TF_HTTP_SKIP_CERT_VERIFICATION", "").lower() in ("1", "t", "true"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return urllib.request.build_opener(_NoRedirect, urllib.request.HTTPSHandler(context=context))


def _method(session: TerraformSession, argument: str, variable: str, default: str) -> str:
    return str(session.backend_block.get(argument) or session.cli.environment.get(variable) or default)


def _new_lock(operation: str) -> dict[str, str]:
    names = {"ID": str(uuid.uuid4()), "Operation": operation, "Who": "slipway", "Created": to_text(now())}
    return {**names, "Version": "", "Path": "", "Info": ""}


def _holder_in(body: bytes) -> dict[str, Any]:
    try:
        holder = json.loads(body)
    except ValueError:
        holder = None
    if not isinstance(holder, dict) or not holder.get("ID"):
        message = "the state is locked, and its server does not say by whom; free the lock on that server"
        raise StepFailed(Failure(FailureCode.UNLOCK_FAILED, message))
    return holder


def _lock_of(holder: dict[str, Any]) -> StateLock:
    values = {name.lower(): str(holder[name]) for name in ("Who", "Operation", "Created") if holder.get(name)}
    return StateLock(str(holder["ID"]), **values)


def _refused(method: str, status: int) -> StepFailed:
    more = ", a redirect, which is not followed" if status in range(300, 400) else ""
    return StepFailed(
        Failure(FailureCode.UNLOCK_FAILED, f"the state's server answered {status} to {method}{more}")
    )
