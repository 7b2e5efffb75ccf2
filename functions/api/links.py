"""The absolute addresses that answers carry."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode


@dataclass(frozen=True, slots=True)
class RequestUrl:
    """A request's URL in parts. `urllib` raises for some of what a caller can put into the Host header."""

    origin: str
    path: str
    query: str

    @classmethod
    def parse(cls, url: str) -> RequestUrl:
        """The parts of an absolute URL; never raises."""
        before, _, query = url.partition("?")
        scheme, _, rest = before.partition("://")
        host, _, path = rest.partition("/")
        return cls(f"{scheme}://{host}", f"/{path}", query)


class Links:
    """Addresses below one base: the public URL of the settings, else the origin that the request went to.

    A forwarded host is never used: whoever sends it could send our callers elsewhere.
    """

    def __init__(self, base: str) -> None:
        self._base = base

    def deployment(self, deployment_id: str, part: str = "") -> str:
        """A deployment, or a part of it such as `wait`."""
        return f"{self._base}/deployments/{deployment_id}" + (f"/{part}" if part else "")

    def operation(self, operation_id: str) -> str:
        """An operation."""
        return f"{self._base}/operations/{operation_id}"

    def run(self, operation_id: str) -> str:
        """An operation in the infrastructure API."""
        return f"{self._base}/api/v1/infrastructure/operations/{operation_id}"

    def request(self, request_id: str) -> str:
        """A user's request."""
        return f"{self._base}/api/v1/users/requests/{request_id}"

    def template(self, provider_type: str, name: str) -> str:
        """A template."""
        return f"{self._base}/templates/{provider_type}/{quote(name)}"

    def page(self, path: str, query: list[tuple[str, str]]) -> str:
        """A page of the list at a path."""
        return f"{self._base}{path}?{urlencode(query, quote_via=quote)}"
