"""The request that a handler gets, the response that it returns, and how bodies are read and written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Generic, TypeVar

import azure.functions as func

from functions.api import strict_json
from functions.api.links import Links
from functions.domain.errors import ProblemCode, RequestRefused
from functions.services.context import Context

MAX_BODY = 1024 * 1024

B = TypeVar("B")
Q = TypeVar("Q")

_SECURITY = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class Request:
    """A request that has passed every check before its handler.

    `query_text` holds the query parameters as sent, from which the address of the next page is built.
    """

    ctx: Context
    links: Links
    caller: str
    correlation_id: str
    path: str
    route: Mapping[str, str]
    query_text: list[tuple[str, str]]
    headers: Mapping[str, str]

    def next_page(self, token: str | None) -> str | None:
        """Return the address of the next page, with the same filters, or None without a token."""
        if token is None:
            return None
        filters = [(name, value) for name, value in self.query_text if name != "continuation_token"]
        return self.links.page(self.path, [*filters, ("continuation_token", token)])


@dataclass(frozen=True, slots=True)
class RequestWithQuery(Request, Generic[Q]):
    """A request with its query, an instance of a class of `queries.py`."""

    query: Q


@dataclass(frozen=True, slots=True)
class RequestWithBody(Request, Generic[B]):
    """A request with its body: the model of `bodies`, and the JSON object as sent."""

    body: B
    sent: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Response:
    """What a handler returns. Bytes are sent unchanged, any other body as JSON, and None sends no body.

    `problem_code` goes into the log line.
    """

    body: Any = None
    status: int = HTTPStatus.OK
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    problem_code: str | None = None

    def encode(self, *, correlation_id: str, head: bool) -> func.HttpResponse:
        """Return the response for the host. A response to HEAD has no body."""
        headers = {**_SECURITY, "X-Correlation-ID": correlation_id, **self.headers}
        if self.body is not None:
            headers["Content-Type"] = self.content_type
        body = b"" if head or self.body is None else _encode(self.body)
        media_type = self.content_type.partition(";")[0]
        return func.HttpResponse(body, status_code=self.status, headers=headers, mimetype=media_type)


def json_body(req: func.HttpRequest, *, example: str) -> Any:
    """Return the body's JSON value. `example` is a call that works, for the error text.

    Raises RequestRefused for a body that is missing, too large or not JSON.
    """
    data = req.get_body()
    if len(data) > MAX_BODY:
        raise RequestRefused(
            ProblemCode.BODY_TOO_LARGE, f"the body has {len(data)} bytes, more than {MAX_BODY}"
        )
    if not data and "chunked" in req.headers.get("transfer-encoding", "").lower():
        raise RequestRefused(
            ProblemCode.LENGTH_REQUIRED, "the host drops chunked bodies: send a Content-Length"
        )
    _check_content_type(req.headers, example)
    if not data.strip():
        raise RequestRefused(ProblemCode.EMPTY_BODY, f"a JSON object is expected, as in: {example}")
    try:
        return strict_json.parse(data)
    except strict_json.JsonRefused as error:
        raise RequestRefused(ProblemCode.MALFORMED_JSON, f"reading the body: {error}") from error


def _check_content_type(headers: Mapping[str, str], example: str) -> None:
    sent = headers.get("content-type", "")
    media_type, _, options = sent.partition(";")
    media_type = media_type.strip().lower()
    is_json = media_type == "application/json" or (
        media_type.startswith("application/") and media_type.endswith("+json")
    )
    if not is_json:
        actual = f"not '{sent[:100]}'" if sent else "but it is missing"
        raise RequestRefused(
            ProblemCode.UNSUPPORTED_MEDIA_TYPE,
            f"Content-Type must be application/json, {actual}; a call that works: {example}",
        )
    charset = _charset(options)
    if charset not in ("", "utf-8", "utf8"):
        raise RequestRefused(
            ProblemCode.UNSUPPORTED_MEDIA_TYPE, f"the charset must be utf-8, not '{charset[:100]}'"
        )
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "identity"):
        raise RequestRefused(
            ProblemCode.UNSUPPORTED_MEDIA_TYPE, f"Content-Encoding '{encoding[:100]}' is not supported"
        )


def _charset(options: str) -> str:
    for option in options.split(";"):
        name, _, value = option.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"').lower()
    return ""


def _encode(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # A path or an engine's output may hold characters that UTF-8 cannot encode.
    return text.encode("utf-8", "replace")
