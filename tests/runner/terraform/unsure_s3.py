"""S3 whose answers to CreateBucket are not what they should be, in front of moto. What is made is made."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_HOP_BY_HOP = {"content-length", "connection", "transfer-encoding", "expect"}
_SERVER_ERROR = b"<Error><Code>InternalError</Code><Message>We met an error.</Message></Error>"
_REFUSAL = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


@dataclass
class UnsureS3:
    """What becomes of a CreateBucket is told by the bucket's name: `cut`, `cut-once`, `error`, `garbage` are
    made and then not answered as they should be, `refused` is neither made nor given; `made` is called for
    every other one once it is there, before the answer.
    """

    target: str
    made: Callable[[], None] = lambda: None
    url: str = ""
    creates: list[str] = field(default_factory=list)

    def forward(self, request: BaseHTTPRequestHandler) -> tuple[int, Message[str, str], bytes]:
        length = int(request.headers.get("Content-Length") or 0)
        headers = {k: v for k, v in request.headers.items() if k.lower() not in _HOP_BY_HOP}
        forwarded = urllib.request.Request(  # moto's own address
            self.target + request.path,
            data=request.rfile.read(length) if length else None,
            method=request.command,
            headers=headers,
        )
        try:
            with urllib.request.urlopen(forwarded, timeout=60) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def create(self, request: BaseHTTPRequestHandler) -> tuple[int, Message[str, str], bytes] | None:
        """The answer, None where the connection is to be cut."""
        name = request.path.strip("/")
        if name == "refused":
            request.rfile.read(int(request.headers.get("Content-Length") or 0))
            return 403, Message(), _REFUSAL
        status, headers, body = self.forward(request)
        self.creates.append(name)
        if name == "cut" or (name == "cut-once" and self.creates.count(name) == 1):
            return None
        if name == "error":
            return 500, headers, _SERVER_ERROR
        if name == "garbage":
            return 409, headers, b"<<<"
        if name != "cut-once":
            self.made()
        return status, headers, body


@contextmanager
def unsure_s3(target: str) -> Iterator[UnsureS3]:
    cloud = UnsureS3(target)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            is_create = self.command == "PUT" and "?" not in self.path
            answer = cloud.create(self) if is_create else cloud.forward(self)
            if answer is None:
                self.close_connection = True
                return
            status, headers, body = answer
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in _HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_POST = do_DELETE = do_HEAD = do_PUT  # noqa: N815

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    cloud.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield cloud
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
