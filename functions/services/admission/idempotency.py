"""Telling a repeated request from another one (docs/rules.md rule 2)."""

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
    """The caller's key, and the route it was sent to."""

    value: str
    route: str

    def to_record(self, caller: str, body: Any) -> IdempotencyRecord:
        """What is stored of it; `body` is the decoded body as sent."""
        fingerprint = hashlib.sha256(f"{caller}\n{self.route}\n{self.value}".encode()).hexdigest()
        canonical = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
        return IdempotencyRecord(
            fingerprint, hmac.new(self.value.encode(), canonical, hashlib.sha256).hexdigest()
        )


def find_earlier_result(
    ctx: Context, deployment: Deployment, record: IdempotencyRecord
) -> IdempotencyRecord | None:
    """What an earlier request with this key has made on the deployment, or None.

    Raises RequestRefused `idempotency_key_reused` where that one had another body.
    """
    born = deployment.idempotency
    if born is not None and born.fingerprint == record.fingerprint:
        earlier: IdempotencyRecord | None = replace(
            born, operation_id=operation_id(deployment.deployment_id, 1)
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
