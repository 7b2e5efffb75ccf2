"""A server for Terraform's `http` back end: states by path, with locks and a password.

It compares no ids: freeing a lock with another id is answered 200, as Terraform's own `force-unlock` relies
on, which sends none.
"""

from __future__ import annotations

import base64
import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from functions.domain.state import Backend
from tests.state_servers.gate import Gate

USER = "slipway"
PASSWORD = "state-password"


class HttpStates:
    """The states and the locks, by path, and what serves them."""

    def __init__(self) -> None:
        self.states: dict[str, bytes] = {}
        self.locks: dict[str, dict[str, Any]] = {}
        self.lock_status: int | None = None
        self.write_status: int | None = None
        self.mutex = threading.Lock()
        states = self

        class Handler(_Handler):
            @property
            def served(self) -> HttpStates:
                return states

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self._gate = Gate(self._server.server_port)

    @property
    def backend(self) -> Backend:
        return Backend("http", {"address": f"http://127.0.0.1:{self._gate.port}/states"})

    @property
    def environment(self) -> dict[str, str]:
        # one look is enough to see that it is away
        return {"TF_HTTP_USERNAME": USER, "TF_HTTP_PASSWORD": PASSWORD, "TF_HTTP_RETRY_MAX": "0"}

    def traces(self, deployment_id: str) -> list[str]:
        return [path for path in (*self.states, *self.locks) if deployment_id in path]

    @contextlib.contextmanager
    def answering_lock_with(self, status: int) -> Iterator[None]:
        """Whoever wants a lock meanwhile gets this status, and no word on who holds it."""
        self.lock_status = status
        try:
            yield
        finally:
            self.lock_status = None

    @contextlib.contextmanager
    def answering_writes_with(self, status: int) -> Iterator[None]:
        """Whoever writes a state meanwhile gets this status, and nothing is kept."""
        self.write_status = status
        try:
            yield
        finally:
            self.write_status = None

    def cut(self) -> None:
        self._gate.shut()

    def mend(self) -> None:
        self._gate.reopen()

    def stop(self) -> None:
        self._gate.shut()
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def served(self) -> HttpStates:
        raise NotImplementedError

    def do_GET(self) -> None:
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
            state = self.served.states.pop(self._path(), None)
        self._answer(404 if state is None else 200)

    def do_LOCK(self) -> None:
        wanted = json.loads(self._body())
        if self.served.lock_status is not None:
            self._answer(self.served.lock_status)
            return
        with self.served.mutex:
            holder = self.served.locks.setdefault(self._path(), wanted)
        self._answer(200 if holder is wanted else 423, json.dumps(holder).encode())

    def do_UNLOCK(self) -> None:
        self._body()
        with self.served.mutex:
            self.served.locks.pop(self._path(), None)
        self._answer(200)

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
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        return
