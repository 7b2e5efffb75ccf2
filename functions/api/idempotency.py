"""The caller's idempotency key, from either of its two headers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from functions.domain.errors import ProblemCode, RequestRefused
from functions.services.admission.idempotency import IdempotencyKey

_HEADERS = ("idempotency-key", "repeatability-request-id")
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def idempotency_key(headers: Mapping[str, str], route: str) -> IdempotencyKey | None:
    """The key that a request to `route` carries, or None. Raises RequestRefused `bad_idempotency_key`."""
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
    """What an accepted request is answered with besides, as each of the two headers asks for."""
    answer = {"Idempotent-Replayed": "true"} if replayed else {}
    if "repeatability-request-id" in headers:
        answer["Repeatability-Result"] = "accepted"
    return answer
