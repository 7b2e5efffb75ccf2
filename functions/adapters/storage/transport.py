"""The HTTP transport of the storage clients: the SDKs get a complete response, or an error that they retry.

Without it, a broken connection gives the SDKs wrong values. `http.client` accepts headers that are cut off as
complete (an empty blob, a write without an ETag). A body that is cut off while it is streamed raises another
library's error, after the SDKs' own retries. A gateway's 404 looks like a row that does not exist.
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

# Every thread of a busy host may use a connection; urllib3 closes those above its default limit of 10.
_CONNECTIONS = 64
# Every response of the storage services has this header.
_REQUEST_ID = "x-ms-request-id"
# The SDKs and the adapters act on these statuses; they treat all other error statuses alike.
_CONCLUSIVE_ERRORS = {404, 409, 412, 416}


class StorageTransport(RequestsTransport):  # type: ignore[misc]  # the SDK exports it lazily, untyped
    """Reads each response to its end before it returns it; thread-safe."""

    def __init__(self, *, connection_timeout: float, read_timeout: float) -> None:
        session = requests.Session()
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Adapter())
        super().__init__(session=session, connection_timeout=connection_timeout, read_timeout=read_timeout)

    def send(self, request: Any, **kwargs: Any) -> Any:
        """Send the request and read the response. Raises ServiceRequestError if nothing was sent, else
        ServiceResponseError.
        """
        response: Any = super().send(request, **{**kwargs, "stream": True})
        internal: requests.Response = response.internal_response
        try:
            _ = internal.content
        except requests.RequestException as exc:
            internal.close()
            raise ServiceResponseError(exc, error=exc) from exc
        conclusive = internal.status_code < 400 or internal.status_code in _CONCLUSIVE_ERRORS
        if conclusive and _REQUEST_ID not in internal.headers:
            raise ServiceResponseError(f"status {internal.status_code} did not come from storage")
        if hasattr(response, "read"):
            response.read()
        return response


class _WholeLines(io.BufferedReader):
    """Raises if the stream ends within the status line, the headers or a chunk's length."""

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        if not line.endswith(b"\n") and len(line) != size:
            raise http.client.RemoteDisconnected("connection closed within the headers of a response")
        return line


class _Response(http.client.HTTPResponse):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fp: Any = _WholeLines(self.fp.detach())


class _Connection(HTTPConnection):
    response_class = _Response


class _SecureConnection(HTTPSConnection):
    response_class = _Response


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Adapter(HTTPAdapter):
    def __init__(self) -> None:
        # The SDKs retry.
        never = Retry(total=False, redirect=False, raise_on_status=False)
        super().__init__(pool_maxsize=_CONNECTIONS, max_retries=never)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
