"""Slipway's HTTP API as a script calls it, and the same calls as curl commands to copy."""

from __future__ import annotations

import json
import shlex
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from local.errors import LocalError

_SECONDS = 60


class ApiClient:
    """Calls one Slipway and shows each call first, where `show` wants to see it."""

    def __init__(self, url: str) -> None:
        self.url = url
        # loopback: a company's proxy is not asked
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def get(self, path: str) -> dict[str, Any]:
        """Return the JSON document at a path."""
        return self._document(urllib.request.Request(self.url + path))  # noqa: S310 - a loopback address

    def post(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        """Post a JSON document and return the answer."""
        return self._document(
            urllib.request.Request(  # noqa: S310 - a loopback address
                self.url + path,
                data=json.dumps(body).encode(),
                headers={"Content-Type": "application/json"},
                method="POST",
            )
        )

    def text(self, path: str) -> str:
        """Return the text at a path."""
        return self._read(urllib.request.Request(self.url + path)).decode(errors="replace")  # noqa: S310

    def curl_get(self, path: str) -> str:
        """Return the command that makes the same call as `get`."""
        return f"curl -s {shlex.quote(self.url + path)}"

    def curl_post(self, path: str, body: Mapping[str, object]) -> str:
        """Return the command that makes the same call as `post`."""
        header = "-H 'Content-Type: application/json'"
        return f"curl -s {shlex.quote(self.url + path)} {header} -d {shlex.quote(json.dumps(body))}"

    def _document(self, request: urllib.request.Request) -> dict[str, Any]:
        document = json.loads(self._read(request))
        if not isinstance(document, dict):
            raise LocalError(f"'{request.full_url}' answered no JSON object")
        return document

    def _read(self, request: urllib.request.Request) -> bytes:
        """Raises LocalError with the API's own words where it refuses or does not answer."""
        what = f"{request.get_method()} {request.full_url}"
        try:
            with self._opener.open(request, timeout=_SECONDS) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as refusal:
            with refusal:
                text = refusal.read().decode(errors="replace")
            raise LocalError(f"'{what}' was answered with {refusal.code}\n{text}") from None
        except (urllib.error.URLError, OSError) as error:
            raise LocalError(f"'{what}' was not answered, {error}") from error
