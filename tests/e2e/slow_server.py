"""An address that answers only when the test lets it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

from tests.local_server import LocalServer


class SlowServer:
    """`asked` is set by the first request, `release` lets every request be answered."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked = threading.Event()
        self.release = threading.Event()


@contextmanager
def slow_server() -> Iterator[SlowServer]:
    """Serve until the end; requests that still wait are then answered."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            running.asked.set()
            running.release.wait()
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Be silent."""

    server = LocalServer(Handler)
    running = SlowServer(server.url)
    try:
        yield running
    finally:
        running.release.set()
        server.stop()
