"""A client of Slipway's HTTP API, which also gives each call as a curl command to copy."""

from __future__ import annotations

import json
import shlex
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from local.errors import LocalError

_TIMEOUT_SECONDS = 60


class ApiClient:
    """Calls the API of one Slipway."""

    def __init__(self, url: str) -> None:
        self.url = url
        # Slipway is on loopback, so a company's proxy is bypassed.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def get(self, path: str) -> dict[str, Any]:
        """Return the JSON document at a path."""
        return self._document(urllib.request.Request(self.url + path))  # noqa: S310 - a loopback address

    def post(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        """Post a JSON document and return the response."""
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
            raise LocalError(f"'{request.full_url}' responded without a JSON object")
        return document

    def _read(self, request: urllib.request.Request) -> bytes:
        """Return the body of the response. Raises LocalError for an error response, or if there is none."""
        call = f"{request.get_method()} {request.full_url}"
        try:
            with self._opener.open(request, timeout=_TIMEOUT_SECONDS) as response:
                return bytes(response.read())
        except urllib.error.HTTPError as error_response:
            with error_response:
                text = error_response.read().decode(errors="replace")
            raise LocalError(f"'{call}' was answered with {error_response.code}\n{text}") from None
        except (urllib.error.URLError, OSError) as error:
            raise LocalError(f"'{call}' was not answered, {error}") from error
