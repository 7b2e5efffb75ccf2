"""Blobs that only who has the key can read."""

from __future__ import annotations

from functions.domain.errors import SecretBoxUnavailable, UnsealFailed
from functions.domain.failures import Failure, FailureCode
from runner.contract.storage_retry import retry_until_available
from runner.errors import StepFailed
from runner.job import Job

_PATIENCE = 300.0


def open_sealed(job: Job, blob: str, what: str) -> bytes:
    """Return the bytes of a sealed blob. Raises StepFailed `<what>_missing`, `<what>_unreadable`."""
    found = retry_until_available(lambda: job.store.read(blob), seconds=_PATIENCE, stop=job.stop)
    if found is None:
        message = f"reading the sealed {what.replace('_', ' ')}: there is no blob '{blob}'"
        raise StepFailed(Failure(f"{what}_missing", message))
    try:
        return job.box.open(found.data, name=blob)
    except (UnsealFailed, SecretBoxUnavailable) as error:
        raise StepFailed(Failure(f"{what}_unreadable", str(error))) from error


def keep_sealed(job: Job, blob: str, data: bytes) -> str:
    """Seal the bytes into a blob that is not there yet, and return its name. Raises StepFailed
    `secrets_unavailable`.
    """
    try:
        sealed = job.box.seal(data, name=blob)
    except SecretBoxUnavailable as error:
        raise StepFailed(Failure(FailureCode.SECRETS_UNAVAILABLE, str(error))) from error
    retry_until_available(lambda: job.store.create(blob, sealed), seconds=_PATIENCE)
    return blob
