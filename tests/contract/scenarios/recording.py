"""Sends requests to the API with a world in memory, and records the responses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.contract.scenarios.placeholders import Placeholders
from tests.unit.api_client import JSON, ApiClient, Reply, settings
from tests.world import World

# A longer body is recorded by its length.
_MAX_BODY_LENGTH = 2000
# The host sets this header, and the body is recorded anyway.
_HOST_HEADER = "content-length"


class Recording:
    """The requests of one file with their responses. Each has a unique name."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []

    def over(self, world: World, **env: str) -> Caller:
        """Return a caller of a Slipway with this world and these additional settings."""
        values = {"SLIPWAY_USER_HEADER": "true", **env}
        return Caller(self, ApiClient(world, get_settings=lambda: settings(**values)))

    def add(self, entry: dict[str, Any]) -> None:
        name = entry["name"]
        if any(other["name"] == name for other in self.entries):
            raise ValueError(f"recording '{name}': the name is taken")
        self.entries.append(entry)


class Caller:
    """Sends requests, as ada unless headers name another caller. `name` is that of the recording."""

    def __init__(self, recording: Recording, api: ApiClient) -> None:
        self._recording = recording
        self._api = api
        # Ids are numbered for each world, so that another request changes few other recordings.
        self._placeholders = Placeholders()

    def get(self, name: str, address: str, **headers: str) -> Reply:
        return self.send(name, "GET", address, headers=headers)

    def post(self, name: str, address: str, body: Any, **headers: str) -> Reply:
        return self.send(name, "POST", address, body, headers)

    def put(self, name: str, address: str, body: Any, **headers: str) -> Reply:
        return self.send(name, "PUT", address, body, headers)

    def delete(self, name: str, address: str, **headers: str) -> Reply:
        return self.send(name, "DELETE", address, headers=headers)

    def send(
        self,
        name: str,
        method: str,
        address: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send a request and record it with its response.

        A body of bytes is sent unchanged, None is no body, anything else is sent as JSON. In a header's name
        '_' means '-'; a header with an empty value is left out.
        """
        is_json = not isinstance(body, bytes | None)
        data = json.dumps(body).encode() if is_json else body or b""
        sent = {"X-Slipway-User": "ada", **(JSON if is_json else {})}
        sent |= {key.replace("_", "-"): value for key, value in (headers or {}).items()}
        sent = {key: value for key, value in sent.items() if value}
        reply = self._api.request(method, address, data, sent)
        recorded_body = body if is_json else data.decode(errors="backslashreplace")
        if len(data) > _MAX_BODY_LENGTH:
            recorded_body = f"<{len(data)} bytes>"
        request = {"method": method, "address": address, "headers": sent, "body": recorded_body}
        self._recording.add(self._entry(name, request, reply))
        return reply

    def _entry(self, name: str, request: dict[str, Any], reply: Reply) -> dict[str, Any]:
        body = _decoded(reply)
        self._remember(name, request, reply, body)
        headers = {key: value for key, value in reply.headers.items() if key.lower() != _HOST_HEADER}
        return {
            "name": name,
            "request": self._placeholders.put_into(request),
            "answer": {
                "status": reply.status,
                "headers": self._placeholders.put_into(headers),
                "body": self._placeholders.put_into(body),
            },
        }

    def _remember(self, name: str, request: dict[str, Any], reply: Reply, body: Any) -> None:
        remember = self._placeholders.remember
        if not {"X-Correlation-ID", "traceparent"} & request["headers"].keys():
            remember(reply.headers["X-Correlation-ID"], f"<correlation id of '{name}'>")
        fields = body if isinstance(body, dict) else {}
        if fields.get("continuation_token"):
            remember(fields["continuation_token"], f"<token of '{name}'>")
        if "dependencies" in fields:
            remember(fields["version"], "<version>")


def _decoded(reply: Reply) -> Any:
    if not reply.body:
        return None
    is_json = "json" in reply.headers.get("Content-Type", "")
    return reply.json if is_json else reply.body.decode(errors="backslashreplace")
