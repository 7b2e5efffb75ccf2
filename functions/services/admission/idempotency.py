"""Recognizes repeated requests by their idempotency key (docs/rules.md rule 2)."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, replace
from typing import Any

from functions.domain.deployments.deployment import Deployment, IdempotencyRecord
from functions.domain.errors import ProblemCode, RequestRefused
from functions.domain.identifiers import operation_id
from functions.services.context import Context


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """The caller's key, and the route to which it was sent."""

    value: str
    route: str

    def to_record(self, caller: str, body: Any) -> IdempotencyRecord:
        """Return the record to store. `body` is the decoded body as sent."""
        fingerprint = hashlib.sha256(f"{caller}\n{self.route}\n{self.value}".encode()).hexdigest()
        canonical = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
        return IdempotencyRecord(
            fingerprint, hmac.new(self.value.encode(), canonical, hashlib.sha256).hexdigest()
        )


def find_earlier_result(
    ctx: Context, deployment: Deployment, record: IdempotencyRecord
) -> IdempotencyRecord | None:
    """Return the record of an earlier request with this key on the deployment, or None.

    Raises RequestRefused `idempotency_key_reused` if that request had another body.
    """
    first = deployment.idempotency
    if first is not None and first.fingerprint == record.fingerprint:
        earlier: IdempotencyRecord | None = replace(
            first, operation_id=operation_id(deployment.deployment_id, 1)
        )
    else:
        earlier = ctx.store.key(deployment.deployment_id, record.fingerprint)
    if earlier is not None and not hmac.compare_digest(earlier.body_mac, record.body_mac):
        raise RequestRefused(
            ProblemCode.IDEMPOTENCY_KEY_REUSED,
            f"this idempotency key was used for operation '{earlier.operation_id}' "
            "with another body; use a new key",
            deployment_id=deployment.deployment_id,
        )
    return earlier
