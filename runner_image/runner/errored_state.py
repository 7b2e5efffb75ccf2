"""Rescuing the state that the engine could not write: without it nobody knows what was made."""

from __future__ import annotations

import shutil

from functions.domain.errors import StorageUnavailable
from runner.errors import StepFailed
from runner.job import Job
from runner.state import ERRORED_STATE, keep_errored_state


def rescue_errored_state(job: Job) -> str | None:
    """Keep it sealed, or where that cannot be in a file for its owner only, before the work folder goes.

    Gives words on where it is and what to do, or None where there is none.
    """
    try:
        if keep_errored_state(job) is None:
            return None
    except (StepFailed, StorageUnavailable) as error:
        return f"the state could not be written, and not be kept sealed ({error}): {_keep_as_file(job)}"
    return (
        f"the state could not be written and is kept, sealed: POST /deployments/{job.spec.deployment_id}"
        "/recover writes it once the back end is there again"
    )


def _keep_as_file(job: Job) -> str:
    folder = job.settings.state_dir / job.spec.deployment_id
    target = folder / f"errored-{job.spec.operation_id}-{job.spec.job}.tfstate"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.move(job.workspace.template / ERRORED_STATE, target)
        target.chmod(0o600)
    except OSError as error:
        return f"it is lost, writing '{target}': {error.strerror}"
    return f"it is in '{target}' on the runner's machine; 'terraform state push' writes it"
