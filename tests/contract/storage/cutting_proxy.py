"""A proxy for Azurite that breaks the exchange of a request and its response at a given moment."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from http.client import HTTPResponse

from tests.faults.storage_proxy import Handler, StorageProxy

_PAGE = b"<html>bad gateway</html>"
_FRAMING = {"transfer-encoding", "content-length", "connection", "keep-alive"}
# A silent proxy waits this long for its client to close the connection.
_SILENT_TIMEOUT_SECONDS = 20


class Moment(Enum):
    """The ways to break an exchange. Storage gets the request, except with BEFORE_REQUEST."""

    BEFORE_REQUEST = "the connection is closed instead of taking the request"
    AFTER_REQUEST = "the connection is closed instead of an answer"
    RESET_AFTER_REQUEST = "the connection is reset instead of an answer"
    IN_STATUS_LINE = "the status line is cut"
    IN_HEADER = "a header is cut"
    BETWEEN_HEADERS = "some headers are missing"
    AFTER_HEADERS = "no body comes"
    IN_BODY = "the body is cut"
    RESET_IN_BODY = "the connection is reset within the body"
    IN_CHUNK = "a chunk is cut"
    BETWEEN_CHUNKS = "the last chunk is missing"
    BAD_CHUNK = "a chunk has no length"
    NO_HTTP = "the answer is not HTTP"
    PAGE_200 = "a gateway's page with status 200"
    PAGE_404 = "a gateway's page with status 404"
    PAGE_502 = "a gateway's page with status 502"
    CUT_PAGE_502 = "half a gateway's page with status 502"
    EMPTY_200 = "a gateway's empty answer"
    SILENCE = "no answer comes"
    SILENCE_IN_BODY = "the body stops coming"


_SILENT = {Moment.SILENCE, Moment.SILENCE_IN_BODY}
_RESETTING = {Moment.RESET_AFTER_REQUEST, Moment.RESET_IN_BODY}


class CuttingProxy(StorageProxy):
    """Forwards to Azurite, and breaks exchanges during `breaking`."""

    def __init__(self, connection_string: str) -> None:
        self._moment = Moment.BEFORE_REQUEST
        self._times = 0
        super().__init__(connection_string)

    @contextmanager
    def breaking(self, moment: Moment, times: int) -> Iterator[None]:
        """Break the next `times` exchanges at `moment`."""
        self._moment, self._times = moment, times
        try:
            yield
        finally:
            self._times = 0

    def _forward(self, handler: Handler, service: str, host: str, port: int) -> None:
        moment = self._moment
        if self._times == 0:
            super()._forward(handler, service, host, port)
            return
        self._times -= 1
        if moment is Moment.BEFORE_REQUEST:
            handler.hang_up()
            return
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        response, data = handler.ask(host, port, body)
        handler.wfile.write(_received_part(moment, handler.command, response, data))
        handler.wfile.flush()
        if moment in _SILENT:
            _wait_for_hang_up(handler)
        elif moment in _RESETTING:
            _reset(handler)
        else:
            handler.hang_up()


def _wait_for_hang_up(handler: Handler) -> None:
    handler.close_connection = True
    handler.connection.settimeout(_SILENT_TIMEOUT_SECONDS)
    with suppress(OSError):
        handler.connection.recv(1)


def _reset(handler: Handler) -> None:
    handler.close_connection = True
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(handler.connection.detach())


def _received_part(moment: Moment, method: str, response: HTTPResponse, data: bytes) -> bytes:
    """Return the part of the response that the client receives."""
    status = f"HTTP/1.1 {response.status} {response.reason}\r\n".encode()
    headers = [
        f"{name}: {value}\r\n".encode()
        for name, value in response.getheaders()
        if name.lower() not in _FRAMING
    ]
    head = status + b"".join(headers)
    length = int(response.getheader("Content-Length") or 0) if method == "HEAD" else len(data)
    # A response without a body announces one, so that it is missing.
    framed = head + b"Content-Length: %d\r\n\r\n" % max(length, 10)
    # A response to HEAD has no chunks.
    chunked = head + (b"Transfer-Encoding: chunked\r\n\r\n" if method != "HEAD" else b"")
    half = data[: max(1, len(data) // 2)] or b"{"
    return {
        Moment.AFTER_REQUEST: b"",
        Moment.RESET_AFTER_REQUEST: b"",
        Moment.SILENCE: b"",
        Moment.IN_STATUS_LINE: status[:11],
        Moment.IN_HEADER: head[:-5],
        Moment.BETWEEN_HEADERS: head,
        Moment.AFTER_HEADERS: framed,
        Moment.IN_BODY: framed + data[: len(data) // 2],
        Moment.RESET_IN_BODY: framed + data[: len(data) // 2],
        Moment.SILENCE_IN_BODY: framed + data[: len(data) // 2],
        Moment.IN_CHUNK: chunked + b"%x\r\n" % max(len(data), 10) + data[: len(data) // 2],
        Moment.BETWEEN_CHUNKS: chunked + b"%x\r\n%s\r\n" % (len(half), half),
        Moment.BAD_CHUNK: chunked + b"no-length\r\n" + data,
        Moment.NO_HTTP: b"\x00\xffSSH-2.0-gateway\r\n\r\n",
        Moment.PAGE_200: _page("200 OK", _PAGE),
        Moment.PAGE_404: _page("404 Not Found", _PAGE),
        Moment.PAGE_502: _page("502 Bad Gateway", _PAGE),
        Moment.CUT_PAGE_502: _page("502 Bad Gateway", _PAGE)[:-10],
        Moment.EMPTY_200: _page("200 OK", b""),
    }[moment]


def _page(status: str, page: bytes) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\n\r\n"
    return head.encode() + page
