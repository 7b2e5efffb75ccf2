"""An S3 in which a lock is released right before its holder is read: this happens if two runs want the lock
at the same moment.
"""

from __future__ import annotations

import http.client
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.local_server import LocalServer

_REFUSED = (
    b'<?xml version="1.0"?><Error><Code>PreconditionFailed</Code><Message>At least one of the pre-conditions '
    b"you specified did not hold</Message><Condition>If-None-Match</Condition></Error>"
)


class VanishingLock:
    """A proxy for an S3 server. It refuses the first `times` requests for a lock, which nobody holds."""

    def __init__(self, server_port: int, *, times: int) -> None:
        self.remaining = times
        self._server_port = server_port
        vanishing = self

        class Handler(_Handler):
            def forward(self) -> None:
                if self.command == "PUT" and ".tflock" in self.path and vanishing.remaining:
                    vanishing.remaining -= 1
                    self.rfile.read(int(self.headers["Content-Length"]))
                    self.reply(412, [("Content-Type", "application/xml")], _REFUSED)
                else:
                    self.pass_on(vanishing._server_port)

        self._server = LocalServer(Handler)
        self.address = self._server.url

    def stop(self) -> None:
        """Close the port."""
        self._server.stop()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def forward(self) -> None:
        raise NotImplementedError

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = lambda self: self.forward()  # noqa: N815

    def pass_on(self, port: int) -> None:
        upstream = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            upstream.request(self.command, self.path, body=body, headers=dict(self.headers.items()))
            response = upstream.getresponse()
            self.reply(response.status, response.getheaders(), response.read())
        finally:
            upstream.close()

    def reply(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        return
