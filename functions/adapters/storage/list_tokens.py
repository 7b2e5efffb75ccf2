"""Continuation tokens of the list: the SDK's own token, and a digest of the filters it belongs to."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace

from functions.domain.errors import ProblemCode, RequestRefused
from functions.ports import ListQuery

_KEYS = ("PartitionKey", "RowKey")


def encode_token(query: ListQuery, following: Mapping[str, str | None]) -> str:
    """Return the token of the next page, in base64url without padding."""
    parts = [_digest(query), *(following.get(key) for key in _KEYS)]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def decode_token(query: ListQuery) -> dict[str, str | None] | None:
    """Return the SDK's token, or None for the first page. Raises RequestRefused `bad_token`."""
    if query.token is None:
        return None
    try:
        padded = query.token + "=" * (-len(query.token) % 4)
        digest, *keys = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, TypeError) as exc:
        raise bad_token() from exc
    if len(keys) != len(_KEYS) or not all(isinstance(key, str | None) for key in keys) or not keys[0]:
        raise bad_token()
    if digest != _digest(query):
        raise RequestRefused(
            ProblemCode.BAD_TOKEN, "the continuation token belongs to a list with other filters"
        )
    return dict(zip(_KEYS, keys, strict=True))


def bad_token() -> RequestRefused:
    """Return the error for a token that this API did not issue."""
    return RequestRefused(ProblemCode.BAD_TOKEN, "the continuation token was not issued by this API")


def _digest(query: ListQuery) -> str:
    filters = replace(query, limit=0, token=None)
    return hashlib.sha256(repr(filters).encode("utf-8", "backslashreplace")).hexdigest()[:16]
