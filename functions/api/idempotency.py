"""Reads the idempotency key of a request from either of two headers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from functions.domain.errors import ProblemCode, RequestRefused
from functions.services.admission.idempotency import IdempotencyKey

_HEADERS = ("idempotency-key", "repeatability-request-id")
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def idempotency_key(headers: Mapping[str, str], route: str) -> IdempotencyKey | None:
    """Return the key of a request to `route`, or None. Raises RequestRefused `bad_idempotency_key`."""
    keys = {headers[name] for name in _HEADERS if name in headers}
    if not keys:
        return None
    if len(keys) > 1:
        raise RequestRefused(
            ProblemCode.BAD_IDEMPOTENCY_KEY,
            "Idempotency-Key and Repeatability-Request-ID differ: send one of them",
        )
    key = keys.pop()
    if not _KEY.fullmatch(key):
        raise RequestRefused(
            ProblemCode.BAD_IDEMPOTENCY_KEY,
            "an idempotency key is 1 to 255 visible ASCII characters, such as a UUID",
        )
    return IdempotencyKey(key, route)


def replay_headers(headers: Mapping[str, str], *, replayed: bool) -> dict[str, str]:
    """Return the response headers that belong to the key's header in the request."""
    response_headers = {"Idempotent-Replayed": "true"} if replayed else {}
    if "repeatability-request-id" in headers:
        response_headers["Repeatability-Result"] = "accepted"
    return response_headers
