"""The two claims that keep anything from being done twice (docs/rules.md rules 3 and 4)."""

from __future__ import annotations

import secrets

from functions.domain.clock import now
from functions.domain.failures import Failure, FailureCode
from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import Claim
from functions.ports import ArtifactStore
from runner.contract.storage_retry import retry_until_available
from runner.errors import StepFailed
from runner.process.stop import Stop

# A container that cannot claim leaves; the dispatcher may then start another job in its place.
_CLAIM_PATIENCE = 60.0
_APPLY_PATIENCE = 600.0


def claim_job(store: ArtifactStore, operation_id: str, job: int, holder: str) -> bool:
    """Claim the job for this execution; False where another one holds it. Raises StorageUnavailable."""
    claim = _claim(holder, job)
    name = blob_names.job_claim(operation_id, job)
    return retry_until_available(lambda: store.create(name, claim), seconds=_CLAIM_PATIENCE)


def claim_apply(store: ArtifactStore, operation_id: str, job: int, holder: str, stop: Stop) -> None:
    """Claim the operation's apply.

    Raises StepFailed `superseded` where the job has been given a verdict, or somebody holds the claim: then
    nothing may be applied any more.
    """
    claim = _claim(holder, job)

    def claimed() -> bool:
        if store.size(blob_names.job_result(operation_id, job)) is not None:
            return False
        return store.create(blob_names.apply_claim(operation_id), claim)

    if not retry_until_available(claimed, seconds=_APPLY_PATIENCE, stop=stop):
        raise StepFailed(
            Failure(FailureCode.SUPERSEDED, "somebody else has ended the operation; nothing was applied")
        )


def _claim(holder: str, job: int) -> bytes:
    return Claim(holder, now(), job, secrets.token_hex(8)).to_json()
