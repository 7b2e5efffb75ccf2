"""Terraform's workspaces: the state of each deployment lies in one that is not `default`, so that Terraform
itself can remove it.
"""

from __future__ import annotations

from functions.domain.jobs.terraform_backends import BACKENDS
from runner.engines.terraform.session import TerraformSession

_VARIABLE = "TF_WORKSPACE"


def has_workspaces(session: TerraformSession) -> bool:
    """False where the back end keeps one state only."""
    return BACKENDS[session.settings.backend.type].workspaces


def select_workspace(session: TerraformSession) -> None:
    """Have every command from now on work in the spec's workspace, which Terraform makes at its first use.

    By the environment, not by `workspace select`: that is one command less for each job, and an `init` that
    comes after it leaves no empty state of the workspace `default` in the storage (azurerm).
    """
    if has_workspaces(session):
        session.cli.environment[_VARIABLE] = session.settings.workspace


def leave_workspace(session: TerraformSession) -> None:
    """Work in none that anybody's state lies in, as Terraform deletes no workspace that is selected."""
    session.cli.environment[_VARIABLE] = "default"
