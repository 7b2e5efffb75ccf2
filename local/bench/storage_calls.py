"""Counts the HTTP requests to storage, below the SDKs."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests


@dataclass(frozen=True, slots=True)
class StorageCall:
    """A request: its method and path, the bytes of its body, and the number of table rows in the response."""

    method: str
    path: str
    sent_bytes: int
    rows: int


@contextlib.contextmanager
def recorded_storage_calls() -> Iterator[list[StorageCall]]:
    """Yield a list that gets every request of this process until the end of the block."""
    calls: list[StorageCall] = []
    send = requests.Session.send

    def send_and_record(
        session: requests.Session, request: requests.PreparedRequest, **options: Any
    ) -> requests.Response:
        response = send(session, request, **options)
        path = urlsplit(request.url or "").path
        sent_bytes = int(request.headers.get("Content-Length", 0))
        calls.append(StorageCall(request.method or "", path, sent_bytes, _rows(response)))
        return response

    requests.Session.send = send_and_record  # type: ignore[method-assign, assignment]
    try:
        yield calls
    finally:
        requests.Session.send = send  # type: ignore[method-assign]


def _rows(response: requests.Response) -> int:
    """Return the number of rows in a response. Only Table Storage responds in JSON: an entity, or a page."""
    if not response.ok or "json" not in response.headers.get("Content-Type", ""):
        return 0
    body = json.loads(response.content)
    return len(body["value"]) if "value" in body else 1
