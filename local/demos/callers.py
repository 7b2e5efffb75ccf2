"""The callers of a demo. On one machine the header X-Slipway-User names the caller."""

from __future__ import annotations

import json
import shlex
import urllib.request
from collections.abc import Mapping

from local.api_client import ApiClient
from local.errors import LocalError

_HEADER = "X-Slipway-User"


class ApiCaller(ApiClient):
    """Calls the API as one user; `responses` has every response."""

    def __init__(self, url: str, name: str) -> None:
        super().__init__(url)
        self.name = name
        self.responses: list[bytes] = []

    def delete(self, path: str) -> None:
        """Delete what is at a path."""
        self._read(urllib.request.Request(self.url + path, method="DELETE"))  # noqa: S310 - a loopback address

    def refusal(self, path: str, body: Mapping[str, object] | None = None) -> str:
        """Return the code of the problem with which a GET, or with a body a POST, is refused.

        Raises LocalError if it is not refused.
        """
        try:
            self.get(path) if body is None else self.post(path, body)
        except LocalError as error:
            # The error of ApiClient has the problem document from its second line on.
            return str(json.loads(str(error).partition("\n")[2] or "{}").get("code"))
        raise LocalError(f"'{path}' should have refused '{self.name}', and did not")

    def curl_get(self, path: str) -> str:
        """Return the command that makes the same call as `get`."""
        return self._named(super().curl_get(path))

    def curl_post(self, path: str, body: Mapping[str, object]) -> str:
        """Return the command that makes the same call as `post`."""
        return self._named(super().curl_post(path, body))

    def curl_delete(self, path: str) -> str:
        """Return the command that makes the same call as `delete`."""
        return self._named(f"curl -s -X DELETE {shlex.quote(self.url + path)}")

    def _named(self, command: str) -> str:
        return f"{command} -H '{_HEADER}: {self.name}'"

    def _read(self, request: urllib.request.Request) -> bytes:
        request.add_header(_HEADER, self.name)
        response = super()._read(request)
        self.responses.append(response)
        return response
