"""Removing a state that holds nothing any more, after a destroy; a sealed copy is kept for a while."""

from __future__ import annotations

import contextlib
from pathlib import Path

from functions.domain.errors import StorageUnavailable
from functions.domain.jobs import blob_names
from functions.domain.status import Resources
from runner.engines.terraform.state.http_state import HttpState
from runner.engines.terraform.state.read_state import pull_state
from runner.engines.terraform.state.workspace import has_workspaces, leave_workspace
from runner.errors import StepFailed
from runner.job import Job
from runner.process.stop import Stop
from runner.secrets import keep_sealed


def remove_state(job: Job) -> None:
    """Remove the state if no resource is left in it. The resources are gone whatever comes of this, so what
    goes wrong is said in the log and the destroy still counts: the record keeps where the state lies, and the
    next destroy tries it again.
    """
    if job.findings.resources is not Resources.NONE:
        return
    try:
        _keep_copy(job)
        problem = _remove(job)
    except (StepFailed, StorageUnavailable) as error:
        problem = str(error)
    if problem is None:
        job.findings.state = None
    else:
        job.log.write(
            f"everything is destroyed, but its empty state could not be removed: {problem}\n"
            "nothing is left that costs anything; to remove it too, destroy the deployment once more"
        )


def _keep_copy(job: Job) -> None:
    """A copy where secrets can be sealed: without a key there is none, and nothing is lost but history."""
    state = pull_state(job)
    if state.strip() and job.secret_box is not None:
        blob = blob_names.state_copy(job.spec.operation_id, job.spec.job)
        job.findings.state_copy = keep_sealed(job, blob, state)


def _remove(job: Job) -> str | None:
    """None where it is gone, else what the engine said."""
    if not has_workspaces(job):
        HttpState(job).remove_if_empty()
        return None
    leave_workspace(job)
    ended, said = job.engine.ask("workspace", "delete", "-no-color", job.spec.workspace, stop=Stop())
    if ended.returncode != 0:
        return f"{job.ending('workspace delete', ended)}: {' '.join(job.redact(said).split())}"
    if job.spec.backend.type == "local":
        with contextlib.suppress(OSError):
            Path(job.backend_block["workspace_dir"]).rmdir()
    return None
