"""Removes the empty state after a destroy. A sealed copy is kept for a while."""

from __future__ import annotations

import contextlib
from pathlib import Path

from functions.domain.errors import StorageUnavailable
from functions.domain.jobs import blob_names
from functions.domain.status import Resources
from runner.engines.terraform.session import TerraformSession
from runner.engines.terraform.state.http_state import HttpState
from runner.engines.terraform.state.read_state import pull_state
from runner.engines.terraform.state.workspace import has_workspaces, leave_workspace
from runner.errors import StepFailed
from runner.process.stop import Stop
from runner.sealed_blobs import save_sealed


def remove_state(session: TerraformSession) -> None:
    """Remove the state if it has no resource.

    The resources are destroyed already, so an error is only logged and the destroy still succeeds. The record
    then still names the state, and the next destroy tries again to remove it.
    """
    job = session.job
    if job.progress.resources is not Resources.NONE:
        return
    try:
        _save_copy(session)
        problem = _remove(session)
    except (StepFailed, StorageUnavailable) as error:
        problem = str(error)
    if problem is None:
        job.progress.state = None
    else:
        job.log.write(
            f"everything is destroyed, but its empty state could not be removed: {problem}\n"
            "nothing is left that costs anything; to remove it too, destroy the deployment once more"
        )


def _save_copy(session: TerraformSession) -> None:
    """Save a sealed copy. Without a key there is no copy, and only history is lost."""
    state = pull_state(session)
    if state.strip() and session.job.secret_box is not None:
        blob = blob_names.state_copy(session.job.spec.operation_id, session.job.spec.job)
        session.job.progress.state_copy = save_sealed(session.job, blob, state)


def _remove(session: TerraformSession) -> str | None:
    """Remove the state. Return None, or the error of the engine."""
    if not has_workspaces(session):
        HttpState(session).remove_if_empty()
        return None
    leave_workspace(session)
    result, output = session.cli.run_text(
        "workspace", "delete", "-no-color", session.settings.workspace, stop=Stop()
    )
    if result.returncode != 0:
        error = " ".join(session.job.redact(output).split())
        return f"{session.describe_end('workspace delete', result)}: {error}"
    if session.settings.backend.type == "local":
        with contextlib.suppress(OSError):
            Path(session.backend_block["workspace_dir"]).rmdir()
    return None
