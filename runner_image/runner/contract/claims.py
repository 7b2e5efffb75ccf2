"""Claims the job and the apply, so that nothing runs twice (docs/rules.md rules 3 and 4)."""

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

# A container that cannot claim its job ends; the dispatcher may then start another job in its place.
_CLAIM_TIMEOUT_SECONDS = 60.0
_APPLY_TIMEOUT_SECONDS = 600.0


def claim_job(store: ArtifactStore, operation_id: str, job: int, holder: str) -> bool:
    """Claim the job for this execution; return False if another one has claimed it.

    Raises StorageUnavailable.
    """
    claim = _claim(holder, job)
    name = blob_names.job_claim(operation_id, job)
    return retry_until_available(lambda: store.create(name, claim), seconds=_CLAIM_TIMEOUT_SECONDS)


def claim_apply(store: ArtifactStore, operation_id: str, job: int, holder: str, stop: Stop) -> None:
    """Claim the operation's apply.

    Raises StepFailed `superseded` if the job already has a result or the apply is already claimed: then this
    job must not apply anything. Also raises JobStopped, StorageUnavailable.
    """
    claim = _claim(holder, job)

    def claimed() -> bool:
        if store.size(blob_names.job_result(operation_id, job)) is not None:
            return False
        return store.create(blob_names.apply_claim(operation_id), claim)

    if not retry_until_available(claimed, seconds=_APPLY_TIMEOUT_SECONDS, stop=stop):
        raise StepFailed(
            Failure(FailureCode.SUPERSEDED, "somebody else has ended the operation; nothing was applied")
        )


def _claim(holder: str, job: int) -> bytes:
    return Claim(holder, now(), job, secrets.token_hex(8)).to_json()
