"""An HTTP/1.1 server: reads requests, calls a handler, writes its responses. It knows nothing of functions.

A response is written in one piece and without Nagle's delay: two small writes would cost 40 ms on a
connection that is kept alive.
"""

from __future__ import annotations

import http
import http.server
import logging
import socket
import socketserver
import sys
import threading
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from local.host.http.in_flight import InFlight

logger = logging.getLogger("slipway.host")

_ADDRESS = "127.0.0.1"
MAX_BODY_BYTES = 100 * 1024 * 1024
"""The default of FUNCTIONS_REQUEST_BODY_SIZE_LIMIT."""
_MAX_REQUEST_LINE_BYTES = 8 * 1024
"""Kestrel's limit, including the line end."""
_MAX_HEADERS_BYTES = 32 * 1024
"""Kestrel's limit for all headers of a request together."""
_MAX_CONNECTIONS = 1000
_IDLE_SECONDS = 130.0
"""Kestrel's keep-alive timeout."""
_LINGER_SECONDS = 1.0
_MAX_LINGER_READS = 100
_OWN_HEADERS = ("content-length", "transfer-encoding", "connection", "date")
_PHRASES = {status.value: status.phrase for status in http.HTTPStatus}


@dataclass(frozen=True, slots=True)
class IncomingRequest:
    """A request: `path` and `query` undecoded, header names lower-case, repeated headers joined by commas."""

    method: str
    host: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Response:
    """A response. The server adds the headers for length, date and connection."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


class HttpServer(http.server.ThreadingHTTPServer):
    """Answers requests on 127.0.0.1 with the function `handle`, in one thread for each connection.

    Port 0 takes a free port. Raises OSError if the port is taken.
    """

    request_queue_size = 256
    daemon_threads = True

    def __init__(self, port: int, handle: Callable[[IncomingRequest], Response]) -> None:
        super().__init__((_ADDRESS, port), _Connection)
        self.handle = handle
        self.in_flight = InFlight()
        self.stopping = False
        self._free_connections = threading.BoundedSemaphore(_MAX_CONNECTIONS)

    @property
    def url(self) -> str:
        """Return the address of the server."""
        return f"http://{_ADDRESS}:{self.server_port}"

    def start(self) -> None:
        """Serve requests in a new thread."""
        threading.Thread(target=self.serve_forever, args=(0.05,), name="http", daemon=True).start()

    def stop(self) -> None:
        """Accept no more requests; running ones continue."""
        self.stopping = True
        self.shutdown()
        self.server_close()

    def server_bind(self) -> None:
        """Bind without the reverse name look-up of the base class, which may query a name server."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = _ADDRESS, int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start the thread of a connection, once fewer than the maximum run."""
        self._free_connections.acquire()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection until it ends."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free_connections.release()

    def server_close(self) -> None:
        """Close only the listening socket: the base class would wait for every open connection."""
        self.socket.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore the error of a broken connection; log any other one."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Refused(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class _Connection(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _IDLE_SECONDS
    wbufsize = 64 * 1024
    disable_nagle_algorithm = True

    @property
    def _server(self) -> HttpServer:
        return cast(HttpServer, self.server)

    def handle_one_request(self) -> None:
        self.requestline = self.command = ""
        try:
            self.raw_requestline = self.rfile.readline(_MAX_REQUEST_LINE_BYTES + 1)
            if not self.raw_requestline or self._server.stopping:
                self.close_connection = True
                return
            with self._server.in_flight.one():
                self._serve()
        except (TimeoutError, ConnectionError):
            self.close_connection = True

    def _serve(self) -> None:
        if len(self.raw_requestline) > _MAX_REQUEST_LINE_BYTES:
            self.send_error(414)
        elif self.parse_request():
            try:
                self._write(self._server.handle(self._read_request()))
            except _Refused as refused:
                self.send_error(refused.status)
            except ConnectionError:
                raise
            except Exception:
                logger.exception("answering '%s'", self.requestline)
                self.send_error(500)

    def handle_expect_100(self) -> bool:
        """Refuse a body that is too big before the client sends it."""
        try:
            self._content_length()
        except _Refused as refused:
            self.send_error(refused.status)
            return False
        super().handle_expect_100()
        self.wfile.flush()
        return True

    def send_error(self, code: int, *_: object) -> None:
        """Respond with an empty body, as Kestrel does, and close: the next bytes cannot be parsed."""
        self.close_connection = True
        self._write(Response(code))
        self._linger()

    def _linger(self) -> None:
        """Read the remaining bytes: closing before that resets the connection, and may lose the response."""
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(_LINGER_SECONDS)
        for _ in range(_MAX_LINGER_READS):
            if not self.connection.recv(65536):
                return

    def log_message(self, *_: object) -> None:
        """Log nothing: the functions have their own logs."""

    def _read_request(self) -> IncomingRequest:
        target = self.requestline.split()[1]
        if self.request_version == "HTTP/0.9" or not target.isascii() or not target.isprintable():
            raise _Refused(400)
        headers = self._merged_headers()
        hosts = self.headers.get_all("Host") or []
        if len(hosts) > 1 or (not hosts and self.request_version != "HTTP/1.0"):
            raise _Refused(400)
        if target.startswith(("http://", "https://")):
            parts = urllib.parse.urlsplit(target)
            path, query = parts.path or "/", parts.query
        elif target.startswith("/") or target == "*":
            path, _, query = target.partition("#")[0].partition("?")
        else:
            raise _Refused(400)
        host = hosts[0] if hosts else self._server.url.removeprefix("http://")
        return IncomingRequest(str(self.command), host, path, query, headers, self._read_body())

    def _merged_headers(self) -> dict[str, str]:
        if self.headers.defects:
            raise _Refused(400)
        sizes = (len(name) + len(value) + len(": \r\n") for name, value in self.headers.items())
        if sum(sizes) > _MAX_HEADERS_BYTES:
            raise _Refused(431)
        merged: dict[str, str] = {}
        for name, value in self.headers.items():
            if "\n" in value or "\r" in value or not name.isascii() or " " in name:
                raise _Refused(400)
            key, text = name.lower(), value if value.isascii() else _utf8(value)
            merged[key] = f"{merged[key]},{text}" if merged.get(key) and text else merged.get(key) or text
        return merged

    def _content_length(self) -> int:
        values = self.headers.get_all("Content-Length") or ["0"]
        if len(values) > 1 or not (values[0].isascii() and values[0].isdigit()):
            raise _Refused(400)
        length = int(values[0]) if len(values[0]) <= 18 else MAX_BODY_BYTES + 1
        if length > MAX_BODY_BYTES:
            raise _Refused(413)
        return length

    def _read_body(self) -> bytes:
        if "Transfer-Encoding" in self.headers:
            self._skip_chunked_body()
            return b""
        length = self._content_length()
        body = self.rfile.read(length) if length else b""
        if len(body) < length:
            raise ConnectionResetError("the client left before the end of its body")
        return body

    def _skip_chunked_body(self) -> None:
        """Skip a chunked body: the Functions host passes on only a body with Content-Length."""
        if (self.headers["Transfer-Encoding"] or "").strip().lower() != "chunked":
            raise _Refused(400)
        total = 0
        while size := self._chunk_size():
            total += size
            if total > MAX_BODY_BYTES:
                raise _Refused(413)
            self.rfile.read(size + 2)
        while self.rfile.readline(65537).strip():
            pass

    def _chunk_size(self) -> int:
        digits = self.rfile.readline(65537).partition(b";")[0].strip()
        if not digits or len(digits) > 8:
            raise _Refused(400)
        try:
            return int(digits, 16)
        except ValueError:
            raise _Refused(400) from None

    def _write(self, response: Response) -> None:
        has_no_body = response.status in (204, 304)
        lines = [
            f"HTTP/1.1 {response.status} {_PHRASES.get(response.status, '')}",
            f"Date: {self.date_time_string()}",
            *(f"{name}: {value}" for name, value in response.headers if name.lower() not in _OWN_HEADERS),
        ]
        if not has_no_body:
            lines.append(f"Content-Length: {len(response.body)}")
        if self.close_connection:
            lines.append("Connection: close")
        head = "\r\n".join((*lines, "", "")).encode("ascii")
        self.wfile.write(head if has_no_body or self.command == "HEAD" else head + response.body)
        self.wfile.flush()


def _utf8(value: str) -> str:
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        raise _Refused(400) from None
