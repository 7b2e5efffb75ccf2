"""Slipway's own claims: what it takes before it ends or repeats a job without the runner (docs/rules.md rules
4 and 8).

Slipway's claim on a job or an apply has the same bytes whichever host makes it, so that it may be made again.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import Claim
from functions.services.context import Context

log = logging.getLogger("slipway.claims")

HOLDER = "slipway"
"""Whose claim it is: no execution's."""

_NO_TIME = datetime.fromtimestamp(0, UTC)


def claim_job(ctx: Context, operation_id: str, job: int) -> bool:
    """True if no runner has claimed the job, and none can any more."""
    return ctx.artifacts.create(blob_names.job_claim(operation_id, job), _claim(job))


def claim_apply(ctx: Context, operation_id: str) -> bool:
    """True if nothing was applied by this operation, and nothing will be."""
    return ctx.artifacts.create(blob_names.apply_claim(operation_id), _claim(0))


def is_apply_claimed(ctx: Context, operation_id: str) -> bool:
    """True if a runner may have applied something."""
    claim = ctx.artifacts.read(blob_names.apply_claim(operation_id))
    return claim is not None and claim_holder(claim.data) != HOLDER


def claim_holder(data: bytes) -> str | None:
    """Return who holds a claim. None for one that cannot be read: somebody holds it, nobody knows who."""
    try:
        return Claim.from_json(data).holder
    except ValueError as error:
        log.warning("reading a claim: %s", error)
        return None


def _claim(job: int) -> bytes:
    return Claim(holder=HOLDER, claimed_at=_NO_TIME, job=job, nonce="").to_json()
