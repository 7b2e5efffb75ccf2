"""HTTP calls as a caller's own script would make them."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any

_SECONDS = 60
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Answer:
    """What came back, whatever its status."""

    status: int
    headers: Message
    body: bytes

    def json(self) -> Any:
        """Return the body's JSON document."""
        return json.loads(self.body)


def call(
    method: str, url: str, body: Mapping[str, object] | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """Make the call; a body is sent as JSON."""
    data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    kind = {} if data is None else {"Content-Type": "application/json"}
    request = urllib.request.Request(url, data, {**kind, **(headers or {})}, method=method)
    try:
        with _DIRECT.open(request, timeout=_SECONDS) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as refusal:
        with refusal:
            return Answer(refusal.code, refusal.headers, refusal.read())
