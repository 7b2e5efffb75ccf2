"""Sealed blobs, which nobody can read without the key."""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain.errors import SecretBoxUnavailable, UnsealFailed
from functions.domain.failures import Failure, FailureCode
from runner.contract.storage_retry import retry_until_available
from runner.errors import StepFailed
from runner.job import Job

_TIMEOUT_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class SealedKind:
    """A kind of sealed blob: its name in messages, and the failure codes of a job that cannot read one."""

    name: str
    missing: FailureCode
    unreadable: FailureCode


SEALED_PLAN = SealedKind("plan", FailureCode.PLAN_MISSING, FailureCode.PLAN_UNREADABLE)
SEALED_SECRETS = SealedKind("secrets", FailureCode.SECRETS_MISSING, FailureCode.SECRETS_UNREADABLE)
SEALED_STATE = SealedKind(
    "errored state", FailureCode.ERRORED_STATE_MISSING, FailureCode.ERRORED_STATE_UNREADABLE
)


def open_sealed(job: Job, blob: str, kind: SealedKind) -> bytes:
    """Return the bytes of a sealed blob. Raises StepFailed with a code of its kind."""
    sealed = retry_until_available(lambda: job.store.read(blob), seconds=_TIMEOUT_SECONDS, stop=job.stop)
    if sealed is None:
        message = f"reading the sealed {kind.name}: there is no blob '{blob}'"
        raise StepFailed(Failure(kind.missing, message))
    try:
        return job.box.open(sealed.data, name=blob)
    except (UnsealFailed, SecretBoxUnavailable) as error:
        raise StepFailed(Failure(kind.unreadable, str(error))) from error


def save_sealed(job: Job, blob: str, data: bytes) -> str:
    """Seal the bytes into a new blob and return its name. Raises StepFailed `secrets_unavailable`."""
    try:
        sealed = job.box.seal(data, name=blob)
    except SecretBoxUnavailable as error:
        raise StepFailed(Failure(FailureCode.SECRETS_UNAVAILABLE, str(error))) from error
    retry_until_available(lambda: job.store.create(blob, sealed), seconds=_TIMEOUT_SECONDS)
    return blob
