"""Ids, how they are made, and how one leads to the other.

A deployment is `deploy-<12 hex>`; its operations are `op-<the same 12 hex>-<n>`, so that an operation's
id names the partition its row lies in and every lookup is a point read.
"""

from __future__ import annotations

import hashlib
import re
import secrets

_HEX = r"[0-9a-f]{12}"
_DEPLOYMENT = re.compile(rf"deploy-({_HEX})")
_OPERATION = re.compile(rf"op-({_HEX})-([1-9][0-9]{{0,5}})")
_CORRELATION = re.compile(r"[A-Za-z0-9._-]{1,128}")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*")

SLIPWAY = "slipway"
"""Who acts where no caller does; no caller may have this name."""


def new_deployment_id() -> str:
    """A random deployment id."""
    return f"deploy-{secrets.token_hex(6)}"


def derived_deployment_id(fingerprint: str, counter: int) -> str:
    """The deployment id that an idempotency key leads to; `counter` rises when that id is another key's."""
    digest = hashlib.sha256(f"{fingerprint}\n{counter}".encode()).hexdigest()
    return f"deploy-{digest[:12]}"


def is_deployment_id(text: str) -> bool:
    """True for `deploy-<12 hex>`."""
    return _DEPLOYMENT.fullmatch(text) is not None


def operation_id(deployment_id: str, number: int) -> str:
    """The id of a deployment's n-th operation."""
    return f"op-{deployment_id.removeprefix('deploy-')}-{number}"


def parse_operation_id(text: str) -> tuple[str, int] | None:
    """(deployment id, operation number), or None where `text` is no operation id."""
    match = _OPERATION.fullmatch(text)
    return (f"deploy-{match[1]}", int(match[2])) if match else None


def new_correlation_id() -> str:
    """A random correlation id: 32 hex, as a W3C trace id."""
    return secrets.token_hex(16)


def correlation_id_from(header: str | None, traceparent: str | None) -> str:
    """The caller's correlation id where it is well-formed, else the trace id of `traceparent`, else a new
    one.
    """
    if header and _CORRELATION.fullmatch(header):
        return header
    match = _TRACEPARENT.fullmatch(traceparent or "")
    return match[1] if match and set(match[1]) != {"0"} else new_correlation_id()


def new_transition_id() -> str:
    """A random id that tells whether a write whose answer was lost was ours."""
    return secrets.token_hex(8)
