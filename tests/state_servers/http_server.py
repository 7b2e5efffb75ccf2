"""A server for Terraform's `http` backend: states by path, with locks and a password.

It does not compare lock ids: an unlock with another id gets 200, too. Terraform's own `force-unlock` needs
this, as it sends no id.
"""

from __future__ import annotations

import base64
import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

from functions.domain.jobs.terraform_state import Backend
from tests.local_server import LocalServer
from tests.state_servers.gate import Gate

USER = "slipway"
PASSWORD = "state-password"


def _nothing(_path: str, _operation: str) -> None:
    return


class HttpStates:
    """The states and locks by path, and their server.

    `on_lock` is called before a client gets a lock, with the path and the operation. `removals` has, for each
    removed state, the operation of its lock. `unlock_statuses` are the statuses of the next unlocks, which
    succeed all the same. `lock_methods` are the HTTP methods of locks and unlocks. `refused_reads` counts the
    responses with `read_status`.
    """

    def __init__(self) -> None:
        self.states: dict[str, bytes] = {}
        self.locks: dict[str, dict[str, Any]] = {}
        self.lock_status: int | None = None
        self.read_status: int | None = None
        self.write_status: int | None = None
        self.refused_reads = 0
        self.unlock_statuses: list[int] = []
        self.on_lock: Callable[[str, str], None] = _nothing
        self.removals: list[str | None] = []
        self.lock_methods: list[str] = []
        self.mutex = threading.Lock()
        states = self

        class Handler(_Handler):
            @property
            def served(self) -> HttpStates:
                return states

        self._server = LocalServer(Handler)
        self._gate = Gate(self._server.server_port)

    @property
    def backend(self) -> Backend:
        return Backend("http", {"address": f"http://127.0.0.1:{self._gate.port}/states"})

    @property
    def environment(self) -> dict[str, str]:
        # No retries: the first try shows that the server is unavailable.
        return {"TF_HTTP_USERNAME": USER, "TF_HTTP_PASSWORD": PASSWORD, "TF_HTTP_RETRY_MAX": "0"}

    def traces(self, deployment_id: str) -> list[str]:
        return [path for path in (*self.states, *self.locks) if deployment_id in path]

    @contextlib.contextmanager
    def answering_lock_with(self, status: int) -> Iterator[None]:
        """Respond to each lock with this status and without a holder, until the end of the block."""
        self.lock_status = status
        try:
            yield
        finally:
            self.lock_status = None

    @contextlib.contextmanager
    def answering_reads_with(self, status: int) -> Iterator[None]:
        """Respond to each read with this status and without a state, until the end of the block."""
        self.read_status = status
        try:
            yield
        finally:
            self.read_status = None

    @contextlib.contextmanager
    def answering_writes_with(self, status: int) -> Iterator[None]:
        """Respond to each write with this status, and store nothing, until the end of the block."""
        self.write_status = status
        try:
            yield
        finally:
            self.write_status = None

    def behave(self) -> None:
        """Reset all changes of the behaviour."""
        self.on_lock = _nothing
        self.lock_status = self.read_status = self.write_status = None
        self.unlock_statuses.clear()

    def cut(self) -> None:
        self._gate.shut()

    def mend(self) -> None:
        self._gate.reopen()

    def stop(self) -> None:
        self._gate.shut()
        self._server.stop()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def served(self) -> HttpStates:
        raise NotImplementedError

    def do_GET(self) -> None:
        if self.served.read_status is not None:
            self.served.refused_reads += 1
            self._answer(self.served.read_status)
            return
        state = self.served.states.get(self._path())
        self._answer(404 if state is None else 200, state or b"")

    def do_POST(self) -> None:
        state = self._body()
        if self.served.write_status is not None:
            self._answer(self.served.write_status)
            return
        with self.served.mutex:
            self.served.states[self._path()] = state
        self._answer(200)

    def do_DELETE(self) -> None:
        with self.served.mutex:
            self.served.removals.append(self.served.locks.get(self._path(), {}).get("Operation"))
            state = self.served.states.pop(self._path(), None)
        self._answer(404 if state is None else 200)

    def do_LOCK(self) -> None:
        self.served.lock_methods.append(self.command)
        lock = json.loads(self._body())
        self.served.on_lock(self._path(), lock["Operation"])
        if self.served.lock_status is not None:
            self._answer(self.served.lock_status)
            return
        with self.served.mutex:
            holder = self.served.locks.setdefault(self._path(), lock)
        self._answer(200 if holder is lock else 423, json.dumps(holder).encode())

    def do_UNLOCK(self) -> None:
        self.served.lock_methods.append(self.command)
        self._body()
        with self.served.mutex:
            self.served.locks.pop(self._path(), None)
        self._answer(self.served.unlock_statuses.pop(0) if self.served.unlock_statuses else 200)

    # An environment may choose other methods.
    do_PUT, do_PATCH = do_LOCK, do_UNLOCK  # noqa: N815

    def parse_request(self) -> bool:
        if not super().parse_request():
            return False
        token = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.headers.get("Authorization") == f"Basic {token}":
            return True
        self.close_connection = True
        self._answer(401)
        return False

    def _path(self) -> str:
        return urlsplit(self.path).path

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        if 300 <= status < 400:
            # Nobody listens on this address.
            self.send_header("Location", "http://127.0.0.1:9/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        return
