"""The HTTP transport of the storage clients: the SDKs get an answer whole, or an error that they retry.

By itself a connection that breaks gives them wrong values: `http.client` takes headers that are cut off for
all there are (an empty blob, a write without an ETag); a body that is cut off while it is streamed is raised
after their own retries are over, in the words of whatever library was reading; a gateway's 404 is a row that
is not there.
"""

from __future__ import annotations

import http.client
import io
from typing import Any

import requests
from azure.core.exceptions import ServiceResponseError
from azure.core.pipeline.transport import RequestsTransport
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Retry
from urllib3.connection import HTTPConnection, HTTPSConnection

# As many threads as a busy host has may hold a connection each; urllib3 drops what is above its limit of 10.
_CONNECTIONS = 64
# Every answer of the storage services has it.
_REQUEST_ID = "x-ms-request-id"
# The SDKs and the adapters conclude something from these; any other status is an error whoever sent it.
_CONCLUSIVE_ERRORS = {404, 409, 412, 416}


class StorageTransport(RequestsTransport):  # type: ignore[misc]  # the SDK exports it lazily, untyped
    """Reads each answer to its end before it hands it on; thread-safe."""

    def __init__(self, *, connection_timeout: float, read_timeout: float) -> None:
        session = requests.Session()
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Adapter())
        super().__init__(session=session, connection_timeout=connection_timeout, read_timeout=read_timeout)

    def send(self, request: Any, **kwargs: Any) -> Any:
        """Send and read. Raises ServiceRequestError where nothing was sent, else ServiceResponseError."""
        response: Any = super().send(request, **{**kwargs, "stream": True})
        answer: requests.Response = response.internal_response
        try:
            _ = answer.content
        except requests.RequestException as exc:
            answer.close()
            raise ServiceResponseError(exc, error=exc) from exc
        conclusive = answer.status_code < 400 or answer.status_code in _CONCLUSIVE_ERRORS
        if conclusive and _REQUEST_ID not in answer.headers:
            raise ServiceResponseError(f"status {answer.status_code} did not come from storage")
        if hasattr(response, "read"):
            response.read()
        return response


class _WholeLines(io.BufferedReader):
    """Has the end of a stream within the status line, the headers or a chunk's length be an error."""

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        if not line.endswith(b"\n") and len(line) != size:
            raise http.client.RemoteDisconnected("connection closed within the headers of an answer")
        return line


class _Answer(http.client.HTTPResponse):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fp: Any = _WholeLines(self.fp.detach())


class _Connection(HTTPConnection):
    response_class = _Answer


class _SecureConnection(HTTPSConnection):
    response_class = _Answer


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Adapter(HTTPAdapter):
    def __init__(self) -> None:
        # the SDKs do the retrying
        never = Retry(total=False, redirect=False, raise_on_status=False)
        super().__init__(pool_maxsize=_CONNECTIONS, max_retries=never)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
