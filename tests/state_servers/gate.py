"""A network that a test can cut: forwards connections to a server until it is shut."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

from tests.reserved_ports import reserved_port

_CONNECTED = b"HTTP/1.1 200 Connection established\r\n\r\n"


class Gate:
    """Forwards every connection on its port to the port of the server.

    With `connect` it is a proxy for its clients: it accepts a CONNECT to any host.
    """

    def __init__(self, server_port: int, *, connect: bool = False) -> None:
        self._server_port = server_port
        self._connect = connect
        self._open: set[socket.socket] = set()
        self._is_shut = False
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self.port = reserved_port()
        self._listener = _listen(self.port)
        self._serve()

    def shut(self) -> None:
        """Refuse connections from now on, drop the open ones, and wait for the threads."""
        with self._lock:
            self._is_shut = True
        # Closing the socket does not wake the thread that accepts.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        # The accepting thread is the first, so no thread is started once it has ended.
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def reopen(self) -> None:
        """Forward again, on the same port."""
        self._listener = _listen(self.port)
        self._is_shut = False
        self._serve()

    def _serve(self) -> None:
        self._start(self._accept, self._listener)

    def _start(self, target: Callable[[socket.socket], None], connection: socket.socket) -> None:
        thread = threading.Thread(target=target, args=(connection,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            self._start(self._forward, client)

    def _forward(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            with self._open_until_done(client):
                if self._connect:
                    _take_request(client)
                    client.sendall(_CONNECTED)
                server = socket.create_connection(("127.0.0.1", self._server_port))
            with server, self._open_until_done(client, server):
                back = threading.Thread(target=_pump, args=(server, client), daemon=True)
                back.start()
                _pump(client, server)
                back.join()

    @contextlib.contextmanager
    def _open_until_done(self, *connections: socket.socket) -> Iterator[None]:
        with self._lock:
            if self._is_shut:
                raise ConnectionError("the gate was shut while the connection was made")
            self._open.update(connections)
        try:
            yield
        finally:
            with self._lock:
                self._open.difference_update(connections)


def _listen(port: int) -> socket.socket:
    return socket.create_server(("127.0.0.1", port), backlog=64)


def _take_request(client: socket.socket) -> None:
    received = b""
    while not received.endswith(b"\r\n\r\n"):
        chunk = client.recv(4096)
        if not chunk:
            raise ConnectionError("the client closed the connection before the end of its request")
        received += chunk


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(64 * 1024):
            sink.sendall(chunk)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
