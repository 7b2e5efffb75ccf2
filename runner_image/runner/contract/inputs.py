"""Fetches a job's spec and template, and checks everything that was read from storage."""

from __future__ import annotations

from pathlib import Path

from functions.domain.catalog import bundle
from functions.domain.failures import Failure, FailureCode
from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import JobSpec
from functions.ports import ArtifactStore
from runner.contract.storage_retry import retry_until_available
from runner.errors import StepFailed
from runner.process.stop import Stop

_TIMEOUT_SECONDS = 300.0


def fetch_spec(store: ArtifactStore, operation_id: str, job: int, stop: Stop) -> JobSpec:
    """Read the job's spec.

    Raises StepFailed `spec_missing` or `spec_unreadable`, JobStopped, StorageUnavailable.
    """
    name = blob_names.job_spec(operation_id, job)
    blob = retry_until_available(lambda: store.read(name), seconds=_TIMEOUT_SECONDS, stop=stop)
    if blob is None:
        raise StepFailed(
            Failure(FailureCode.SPEC_MISSING, f"reading the spec of job {job}: there is no blob '{name}'")
        )
    try:
        spec = JobSpec.from_json(blob.data)
    except ValueError as error:
        message = f"reading blob '{name}': {error}"
        raise StepFailed(Failure(FailureCode.SPEC_UNREADABLE, message)) from error
    if (spec.operation_id, spec.job) != (operation_id, job):
        message = f"blob '{name}' is about job {spec.job} of operation '{spec.operation_id}'"
        raise StepFailed(Failure(FailureCode.SPEC_UNREADABLE, message))
    return spec


def fetch_template(store: ArtifactStore, spec: JobSpec, folder: Path, stop: Stop) -> None:
    """Unpack the template into the folder, which is empty.

    Raises StepFailed `template_missing` or `template_unreadable` (also if the files differ from those that
    were accepted), JobStopped, StorageUnavailable.
    """
    name = blob_names.template_bundle(spec.template_digest)
    blob = retry_until_available(lambda: store.read(name), seconds=_TIMEOUT_SECONDS, stop=stop)
    if blob is None:
        raise StepFailed(
            Failure(FailureCode.TEMPLATE_MISSING, f"reading the template: there is no blob '{name}'")
        )
    try:
        bundle.unpack(blob.data, folder)
    except (bundle.UnsafeBundle, OSError) as error:
        raise StepFailed(
            Failure(FailureCode.TEMPLATE_UNREADABLE, f"unpacking blob '{name}': {error}")
        ) from error
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in _files_below(folder)}
    if (digest := bundle.digest(files)) != spec.template_digest:
        message = (
            f"the files of blob '{name}' have the digest {digest}: they are not those that were accepted"
        )
        raise StepFailed(Failure(FailureCode.TEMPLATE_UNREADABLE, message))


def _files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
