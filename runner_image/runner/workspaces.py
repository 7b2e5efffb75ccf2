"""Terraform's workspaces: the state of each deployment lies in one that is not `default`, so that Terraform
itself can remove it.
"""

from __future__ import annotations

from functions.domain.backends import BACKENDS
from functions.domain.job import Failure
from runner.errors import JobStopped, StepFailed
from runner.job import Job
from runner.locks import run_past_races


def has_workspaces(job: Job) -> bool:
    """False where the back end keeps one state only."""
    return BACKENDS[job.spec.backend.type].workspaces


def select_workspace(job: Job) -> None:
    """Work in the spec's workspace, which is made where there is none. Raises StepFailed, JobStopped."""
    if not has_workspaces(job):
        return
    name = job.spec.workspace
    ended, said = run_past_races(
        job, lambda: job.engine.ask("workspace", "select", "-or-create=true", name, stop=job.stop)
    )
    if ended.stopped is not None:
        raise JobStopped(ended.stopped, job.engine.name("workspace select"))
    if ended.returncode != 0:
        message = f"{job.engine.name('workspace select')} {ended}: {job.redact(said.strip())}"
        raise StepFailed(Failure("workspace_failed", message))
