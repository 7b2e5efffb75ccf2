"""Builds the absolute addresses that responses contain."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode


@dataclass(frozen=True, slots=True)
class RequestUrl:
    """A request's URL in parts. Not parsed by `urllib`, which raises for some values of the Host header."""

    origin: str
    path: str
    query: str

    @classmethod
    def parse(cls, url: str) -> RequestUrl:
        """Return the parts of an absolute URL. Never raises."""
        before, _, query = url.partition("?")
        scheme, _, rest = before.partition("://")
        host, _, path = rest.partition("/")
        return cls(f"{scheme}://{host}", f"/{path}", query)


class Links:
    """Builds addresses below a base: the public URL of the settings, else the request's own origin.

    Forwarded-host headers are never used, as a client could set them to any host.
    """

    def __init__(self, base: str) -> None:
        self._base = base

    def deployment(self, deployment_id: str, part: str = "") -> str:
        """Return the address of a deployment, or of a part of it such as `wait`."""
        return f"{self._base}/deployments/{deployment_id}" + (f"/{part}" if part else "")

    def operation(self, operation_id: str) -> str:
        """Return the address of an operation."""
        return f"{self._base}/operations/{operation_id}"

    def run(self, operation_id: str) -> str:
        """Return the address of an operation in the infrastructure API."""
        return f"{self._base}/api/v1/infrastructure/operations/{operation_id}"

    def request(self, request_id: str) -> str:
        """Return the address of a user's request."""
        return f"{self._base}/api/v1/users/requests/{request_id}"

    def template(self, provider_type: str, name: str) -> str:
        """Return the address of a template."""
        return f"{self._base}/templates/{provider_type}/{quote(name)}"

    def page(self, path: str, query: list[tuple[str, str]]) -> str:
        """Return the address of a page of the list at a path."""
        return f"{self._base}{path}?{urlencode(query, quote_via=quote)}"
