"""The app's own claims. It takes them before it ends or retries a job without its runner (docs/rules.md rules
4 and 8).

The app's claim on a job or an apply has the same bytes on every host, so any host may repeat it.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import Claim
from functions.services.context import Context

log = logging.getLogger("slipway.claims")

HOLDER = "slipway"
"""The holder of the app's claims, which is no execution."""

_NO_TIME = datetime.fromtimestamp(0, UTC)


def claim_job(ctx: Context, operation_id: str, job: int) -> bool:
    """Claim the job for the app. Return True if no runner has claimed it; then none can any more."""
    return ctx.artifacts.create(blob_names.job_claim(operation_id, job), _claim(job))


def claim_apply(ctx: Context, operation_id: str) -> bool:
    """Claim the apply for the app. Return True if the operation has applied nothing, and never will."""
    return ctx.artifacts.create(blob_names.apply_claim(operation_id), _claim(0))


def is_apply_claimed(ctx: Context, operation_id: str) -> bool:
    """Return True if a runner may have applied something."""
    claim = ctx.artifacts.read(blob_names.apply_claim(operation_id))
    return claim is not None and claim_holder(claim.data) != HOLDER


def claim_holder(data: bytes) -> str | None:
    """Return the holder of a claim, or None if the claim is unreadable: then its holder is unknown."""
    try:
        return Claim.from_json(data).holder
    except ValueError as error:
        log.warning("reading a claim: %s", error)
        return None


def _claim(job: int) -> bytes:
    return Claim(holder=HOLDER, claimed_at=_NO_TIME, job=job, nonce="").to_json()
