"""A proxy in front of Azurite that knows each storage call by a name and can do something just before or
after one.

It stands where a network stands: the product runs unchanged, and what a test sees is what a lost packet,
a dead storage account or a host that died at that very moment would do.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.eventually import attempts
from tests.local_server import LocalServer

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}
_HOSTS_OWN = "the host's own blobs"
_RUNNERS = re.compile(
    r"PUT blob (claim|heartbeat|log|apply|result|late-result|plan|init|plan-summary|outputs|state-copy)"
    r"|(GET|HEAD) blob (spec|bundle|cancel|plan|init)"
    r"|HEAD blob result"
    r"|append log|send completions"
)


@dataclass(frozen=True)
class Call:
    """One storage call: a name as `insert active`, and whether the runner makes it (else the host does)."""

    name: str
    by_runner: bool


@dataclass
class Trap:
    """What happens at the n-th call of a name: `action` runs, and the caller gets no answer.

    `after` lets the call reach storage first: then it is the answer that is lost.
    """

    name: str
    action: Callable[[], None]
    nth: int = 1
    after: bool = False
    sprung: threading.Event = field(default_factory=threading.Event)


class StorageProxy:
    """Forwards to Azurite; `connection_string` is what the product gets instead of Azurite's."""

    def __init__(self, connection_string: str) -> None:
        self.calls: list[Call] = []
        self._traps: list[Trap] = []
        self._lock = threading.Lock()
        self._dead: set[str] = set()
        self._servers: list[LocalServer] = []
        parts = dict(part.split("=", 1) for part in connection_string.strip(";").split(";"))
        for service in ("Blob", "Queue", "Table"):
            url = urlsplit(parts[f"{service}Endpoint"])
            server = self._serve(service.lower(), str(url.hostname), int(url.port or 0))
            parts[f"{service}Endpoint"] = f"http://127.0.0.1:{server.server_port}{url.path}"
        self.connection_string = ";".join(f"{name}={value}" for name, value in parts.items()) + ";"

    def trap(self, name: str, action: Callable[[], None], *, nth: int = 1, after: bool = False) -> Trap:
        """Set a trap; counting starts now."""
        trap = Trap(name, action, nth, after)
        with self._lock:
            self._traps.append(trap)
        return trap

    def kill_service(self, service: str) -> None:
        """From now on `blob`, `queue` or `table` drops every connection."""
        self._dead.add(service)

    def revive(self, service: str) -> None:
        """The service answers again."""
        self._dead.discard(service)

    def host_calls_until(self, last: str, seconds: float = 120) -> list[str]:
        """Return the names of the calls that the host made, in order, listening apart, once it has made the
        `last` one.
        """
        names: list[str] = []
        for _ in attempts(seconds):
            with self._lock:
                names = [call.name for call in self.calls if not call.by_runner]
            if last in names:
                break
        return names

    def stop(self) -> None:
        """Close every port and every connection."""
        for server in self._servers:
            server.stop()

    def _serve(self, service: str, host: str, port: int) -> LocalServer:
        proxy = self

        class Forwarder(Handler):
            def forward(self) -> None:
                proxy._forward(self, service, host, port)

        server = LocalServer(Forwarder)
        self._servers.append(server)
        return server

    def _forward(self, handler: Handler, service: str, host: str, port: int) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        name = name_of(service, handler.command, handler.path, body)
        trap = self._note(name)
        if service in self._dead or (trap and not trap.after):
            self._spring(trap)
            handler.hang_up()
            return
        response, data = handler.ask(host, port, body)
        if trap:
            self._spring(trap)
            handler.hang_up()
            return
        handler.reply(response, data)

    def _note(self, name: str) -> Trap | None:
        with self._lock:
            # a host that is slow renews the lease of its message, when no test can tell
            if not name.startswith(("receive ", "update message of ")) and name != _HOSTS_OWN:
                self.calls.append(Call(name, _RUNNERS.fullmatch(name) is not None))
            for trap in self._traps:
                if trap.name == name and not trap.sprung.is_set():
                    trap.nth -= 1
                    if trap.nth == 0:
                        self._traps.remove(trap)
                        return trap
        return None

    @staticmethod
    def _spring(trap: Trap | None) -> None:
        if trap:
            trap.action()
            trap.sprung.set()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def forward(self) -> None:
        raise NotImplementedError

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_MERGE = do_PATCH = lambda self: self.forward()  # noqa: N815

    def ask(self, host: str, port: int, body: bytes) -> tuple[HTTPResponse, bytes]:
        upstream = HTTPConnection(host, port, timeout=60)
        try:
            headers = {k: v for k, v in self.headers.items() if k.lower() not in _HOP_BY_HOP}
            upstream.request(
                self.command, self.path, body=body, headers={**headers, "Content-Length": str(len(body))}
            )
            response = upstream.getresponse()
            return response, response.read()
        finally:
            upstream.close()

    def reply(self, response: HTTPResponse, data: bytes) -> None:
        self.send_response_only(response.status, response.reason)
        for name, value in response.getheaders():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        length = response.getheader("Content-Length", "0") if self.command == "HEAD" else str(len(data))
        self.send_header("Content-Length", length)
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    def hang_up(self) -> None:
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def handle(self) -> None:
        try:
            super().handle()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def log_message(self, *_args: Any) -> None:
        return


def name_of(service: str, method: str, target: str, body: bytes) -> str:
    """Return a storage call's name, as the tables of the fault tests write it."""
    url = urlsplit(target)
    path = unquote(url.path)
    namer = {"table": _table_name, "queue": _queue_name, "blob": _blob_name}[service]
    return namer(method, path, url.query, body)


def _table_name(method: str, path: str, query: str, body: bytes) -> str:
    if path.endswith("/$batch"):
        return f"batch {_event_in(body)}"
    table = path.rsplit("/", 1)[-1].split("(", maxsplit=1)[0]
    key = re.search(r"PartitionKey='([^':]*)[^']*',RowKey='([^':]*)", path)
    if table == "deploymentindex":
        partition = key[1] if key else _partition_in(body) or _partition_asked_for(query)
        verb = {"GET": "query", "POST": "insert", "PUT": "upsert", "PATCH": "upsert", "DELETE": "delete"}[
            method
        ]
        return f"{verb} {partition or 'lists'}"
    row = key[2] if key else "rows"
    return f"{ {'GET': 'get'}.get(method, method.lower()) } {row}"


def _event_in(body: bytes) -> str:
    match = re.search(rb'"name":\s*"([a-z_]+)"', body)
    return match[1].decode() if match else "?"


def _partition_in(body: bytes) -> str:
    match = re.search(rb'"PartitionKey":\s*"([a-z]+)', body)
    return match[1].decode() if match else ""


def _partition_asked_for(query: str) -> str:
    match = re.search(r"PartitionKey eq '([a-z]+)'", unquote(query).replace("+", " "))
    return match[1] if match else ""


def _queue_name(method: str, path: str, _query: str, _body: bytes) -> str:
    queue = re.search(r"/([a-z-]+)(/messages.*)?$", path)
    name = queue[1] if queue else "?"
    if method == "POST":
        return f"send {name}"
    if method == "GET":
        return f"receive {name}"
    return f"{'delete' if method == 'DELETE' else 'update'} message of {name}"


def _blob_name(method: str, path: str, query: str, _body: bytes) -> str:
    if "/azure-webjobs-hosts" in path:
        return _HOSTS_OWN
    name = path.rsplit("/", 1)[-1]
    if "/templates/" in path:
        name = "template entry" if name.endswith(".entry") else "bundle"
    if "comp=appendblock" in query:
        return f"append {name}"
    return f"{method} blob {name}"
