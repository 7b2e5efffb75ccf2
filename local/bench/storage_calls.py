"""Counts what goes over the wire to storage, below every SDK."""

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
    """A request: its method and path, the bytes of its body, and how many table rows came back."""

    method: str
    path: str
    sent_bytes: int
    rows: int


@contextlib.contextmanager
def recorded_storage_calls() -> Iterator[list[StorageCall]]:
    """Give the list that every request of this process is added to, until the end of the block."""
    calls: list[StorageCall] = []
    send = requests.Session.send

    def send_and_note(
        session: requests.Session, request: requests.PreparedRequest, **options: Any
    ) -> requests.Response:
        response = send(session, request, **options)
        path = urlsplit(request.url or "").path
        sent = int(request.headers.get("Content-Length", 0))
        calls.append(StorageCall(request.method or "", path, sent, _rows(response)))
        return response

    requests.Session.send = send_and_note  # type: ignore[method-assign, assignment]
    try:
        yield calls
    finally:
        requests.Session.send = send  # type: ignore[method-assign]


def _rows(response: requests.Response) -> int:
    """Only Table Storage answers in JSON: an entity, or a page of them."""
    if not response.ok or "json" not in response.headers.get("Content-Type", ""):
        return 0
    body = json.loads(response.content)
    return len(body["value"]) if "value" in body else 1
