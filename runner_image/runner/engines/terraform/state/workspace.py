"""Selects Terraform's workspace. It is never `default`, which Terraform cannot remove."""

from __future__ import annotations

from functions.domain.jobs.terraform_backends import BACKENDS
from runner.engines.terraform.session import TerraformSession

_VARIABLE = "TF_WORKSPACE"


def has_workspaces(session: TerraformSession) -> bool:
    """Return False if the backend has only one state for each address."""
    return BACKENDS[session.settings.backend.type].workspaces


def select_workspace(session: TerraformSession) -> None:
    """Select the spec's workspace for every later command. Terraform creates it at its first use.

    The environment selects it, not `workspace select`. This saves a command for each job, and an `init`
    afterwards leaves no empty state of the workspace `default` in the storage (azurerm).
    """
    if has_workspaces(session):
        session.cli.environment[_VARIABLE] = session.settings.workspace


def leave_workspace(session: TerraformSession) -> None:
    """Select the workspace `default`, as Terraform does not delete the workspace that is selected."""
    session.cli.environment[_VARIABLE] = "default"
