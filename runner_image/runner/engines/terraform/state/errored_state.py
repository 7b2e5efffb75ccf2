"""Rescues the state that the engine could not write. Without it, nobody knows what was created."""

from __future__ import annotations

import shutil

from functions.domain.errors import StorageUnavailable
from functions.domain.jobs import blob_names
from runner.contract.storage_retry import retry_until_available
from runner.engines.terraform.saved_plan import state_in_plan
from runner.engines.terraform.session import TerraformSession
from runner.engines.terraform.state.errored_state_file import ErroredState
from runner.errors import StepFailed
from runner.sealed_blobs import save_sealed

_ERRORED_STATE = "errored.tfstate"
# As long as for a result (contract/result.py): nothing else says what was created.
_TIMEOUT_SECONDS = 3600.0


def rescue_errored_state(session: TerraformSession) -> str | None:
    """Save the errored state before the work folder is removed: sealed, or if that fails, in a private file.

    Returns a note for people on where it is and what to do, or None if there is no errored state.
    """
    job = session.job
    if not (job.workspace.template / _ERRORED_STATE).exists():
        return None
    try:
        _save_sealed(session)
    except (StepFailed, StorageUnavailable) as error:
        return f"the state could not be written, and not be kept sealed ({error}): {_save_as_file(session)}"
    return (
        f"the state could not be written and is kept, sealed: POST /deployments/{job.spec.deployment_id}"
        "/recover writes it once the backend is there again"
    )


def _save_sealed(session: TerraformSession) -> None:
    job = session.job
    data = (job.workspace.template / _ERRORED_STATE).read_bytes()
    document = ErroredState(data, state_in_plan(session.plan)).to_json()
    blob = blob_names.errored_state(job.spec.operation_id, job.spec.job)
    retry_until_available(lambda: save_sealed(job, blob, document), seconds=_TIMEOUT_SECONDS)
    job.progress.errored_state = blob


def _save_as_file(session: TerraformSession) -> str:
    job = session.job
    folder = job.settings.state_dir / job.spec.deployment_id
    target = folder / f"errored-{job.spec.operation_id}-{job.spec.job}.tfstate"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.move(job.workspace.template / _ERRORED_STATE, target)
        target.chmod(0o600)
    except OSError as error:
        return f"it is lost, writing '{target}': {error.strerror}"
    return f"it is in '{target}' on the runner's machine; 'terraform state push' writes it"
