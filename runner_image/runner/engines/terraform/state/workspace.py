"""Terraform's workspaces: the state of each deployment lies in one that is not `default`, so that Terraform
itself can remove it.
"""

from __future__ import annotations

from functions.domain.jobs.terraform_backends import BACKENDS
from runner.job import Job

_VARIABLE = "TF_WORKSPACE"


def has_workspaces(job: Job) -> bool:
    """False where the back end keeps one state only."""
    return BACKENDS[job.spec.backend.type].workspaces


def select_workspace(job: Job) -> None:
    """Have every command from now on work in the spec's workspace, which Terraform makes at its first use.

    By the environment, not by `workspace select`: that is one command less for each job, and an `init` that
    comes after it leaves no empty state of the workspace `default` in the storage (azurerm).
    """
    if has_workspaces(job):
        job.engine.environment[_VARIABLE] = job.spec.workspace


def leave_workspace(job: Job) -> None:
    """Work in none that anybody's state lies in, as Terraform deletes no workspace that is selected."""
    job.engine.environment[_VARIABLE] = "default"
