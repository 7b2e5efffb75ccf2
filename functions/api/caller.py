"""Determines the caller of a request, whose name `created_by` records."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping

from functions.domain.errors import ProblemCode, RequestRefused

ANONYMOUS = "anonymous"

_MAX_NAME_LENGTH = 256
# The name of Slipway itself, and the sign for everybody in an environment's settings.
RESERVED_NAMES = frozenset({"slipway", "*"})
_NAME_CLAIMS = (
    "preferred_username",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name",
    "name",
    "http://schemas.microsoft.com/identity/claims/objectidentifier",
    "oid",
    "appid",
)


def caller_of(
    headers: Mapping[str, str], key_in_query: str | None, *, easy_auth: bool, user_header: bool
) -> str:
    """Return the caller's name.

    With `easy_auth` it is the principal of App Service Authentication. Without it the X-MS-CLIENT-PRINCIPAL
    headers are ignored, as any client could send them; the function key names the caller, else `anonymous`.
    The host does not tell Python a key's name, so 8 hex digits of its SHA-256 stand for it. With
    `user_header`, on one machine without sign-in, X-Slipway-User names the caller.

    Raises RequestRefused `unauthenticated` if the required principal is missing, `user_header_refused` if
    X-Slipway-User is not allowed, `invalid_user` if the name is reserved or malformed.
    """
    named = headers.get("x-slipway-user")
    if named is not None:
        return _named(named, allowed=user_header and not easy_auth)
    if easy_auth:
        return _principal(headers)
    key = headers.get("x-functions-key") or key_in_query
    return f"function-key:{hashlib.sha256(key.encode()).hexdigest()[:8]}" if key else ANONYMOUS


def _named(name: str, *, allowed: bool) -> str:
    if not allowed:
        raise RequestRefused(
            ProblemCode.USER_HEADER_REFUSED,
            "X-Slipway-User is allowed only on one machine without sign-in (SLIPWAY_USER_HEADER)",
        )
    if not name.isprintable() or name != name.strip() or not 1 <= len(name) <= _MAX_NAME_LENGTH:
        raise RequestRefused(
            ProblemCode.INVALID_USER,
            f"X-Slipway-User must be 1 to {_MAX_NAME_LENGTH} printable characters without spaces at the ends",
        )
    return _check_name(name)


def _check_name(name: str) -> str:
    if name in RESERVED_NAMES:
        raise RequestRefused(
            ProblemCode.INVALID_USER,
            f"the name '{name}' is reserved; use another one",
        )
    return name


def _principal(headers: Mapping[str, str]) -> str:
    principal = (
        headers.get("x-ms-client-principal-name")
        or headers.get("x-ms-client-principal-id")
        or _claimed_name(headers.get("x-ms-client-principal", ""))
        or ""
    )
    name = "".join(character for character in principal if character.isprintable())[:_MAX_NAME_LENGTH]
    if not name:
        raise RequestRefused(
            ProblemCode.UNAUTHENTICATED, "sign in first: this installation requires an identity"
        )
    return _check_name(name)


def _claimed_name(encoded: str) -> str | None:
    """Return the name in a client principal, which is base64 of JSON with `claims: [{typ, val}]`."""
    try:
        principal = json.loads(base64.b64decode(encoded, validate=True))
        claims = {claim["typ"]: str(claim["val"]) for claim in principal["claims"]}
    except (binascii.Error, ValueError, KeyError, TypeError):
        return None
    return next((claims[name] for name in _NAME_CLAIMS if claims.get(name)), None)
