"""Makes and parses ids.

The id of a deployment is `deploy-<12 hex>`. The ids of its operations are `op-<the same 12 hex>-<n>`: an
operation's id tells the partition of its row, so every lookup is a point read.
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
"""The actor of an event that no caller requested. No caller may have this name."""


def new_deployment_id() -> str:
    """Return a random deployment id."""
    return f"deploy-{secrets.token_hex(6)}"


def derived_deployment_id(fingerprint: str, counter: int) -> str:
    """Return the deployment id of an idempotency key. `counter` rises while another key has that id."""
    digest = hashlib.sha256(f"{fingerprint}\n{counter}".encode()).hexdigest()
    return f"deploy-{digest[:12]}"


def is_deployment_id(text: str) -> bool:
    """Return True for a text of the form `deploy-<12 hex>`."""
    return _DEPLOYMENT.fullmatch(text) is not None


def operation_id(deployment_id: str, number: int) -> str:
    """Return the id of a deployment's n-th operation."""
    return f"op-{deployment_id.removeprefix('deploy-')}-{number}"


def parse_operation_id(text: str) -> tuple[str, int] | None:
    """Return the deployment id and the operation's number, or None if `text` is not an operation id."""
    match = _OPERATION.fullmatch(text)
    return (f"deploy-{match[1]}", int(match[2])) if match else None


def new_correlation_id() -> str:
    """Return a random correlation id: 32 hex digits, as a W3C trace id."""
    return secrets.token_hex(16)


def correlation_id_from(header: str | None, traceparent: str | None) -> str:
    """Return the caller's correlation id if it is well-formed, else the trace id of `traceparent`, else a new
    one.
    """
    if header and _CORRELATION.fullmatch(header):
        return header
    match = _TRACEPARENT.fullmatch(traceparent or "")
    return match[1] if match and set(match[1]) != {"0"} else new_correlation_id()


def new_transition_id() -> str:
    """Return a random id. By it a client recognizes its own write after a lost response."""
    return secrets.token_hex(8)
