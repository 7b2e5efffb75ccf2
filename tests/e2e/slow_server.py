"""An address that answers only when the test lets it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


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

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        running = SlowServer(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield running
        finally:
            running.release.set()
            server.shutdown()
            thread.join()
