"""Terraform's plan file, and what identifies it."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

from runner.engines.terraform.lock_file import LOCK_FILE
from runner.engines.terraform.session import TerraformSession
from runner.saved_plans import open_plan, save_plan

_PROVIDER = re.compile(r'^provider "([^"]+)" \{(.*?)^\}', re.MULTILINE | re.DOTALL)
_VERSION = re.compile(r'^\s*version\s*=\s*"([^"]+)"', re.MULTILINE)


def save_terraform_plan(session: TerraformSession, marked: list[str]) -> None:
    """Save the plan file with the texts that it marks as sensitive.

    Without these the apply would need a command that shows the plan, and so another start of the provider.
    """
    serial, lineage = _state_of(session.plan)
    providers = _providers(session.job.workspace.template)
    identity = {"providers": providers, "serial": serial, "lineage": lineage}
    save_plan(session.job, session.plan.read_bytes(), secrets=marked, identity=identity)


def fetch_plan(session: TerraformSession) -> None:
    """Put the approved plan into the work folder.

    Terraform itself compares serial and lineage, under the lock of the state. Raises StepFailed `plan_stale`,
    `plan_missing`, `plan_unreadable`.
    """
    providers = _providers(session.job.workspace.template)
    session.plan.write_bytes(open_plan(session.job, {"providers": ("provider versions", providers)}))


def state_in_plan(plan: Path) -> bytes | None:
    """Return the state from which the plan was made, after its refresh; None if it cannot be read.

    The plan file is a zip file that contains this state.
    """
    try:
        with zipfile.ZipFile(plan) as archive:
            return archive.read("tfstate")
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None


def _state_of(plan: Path) -> tuple[int | None, str | None]:
    """Return serial and lineage of the state from which the plan was made."""
    try:
        state = json.loads(state_in_plan(plan) or b"{}")
        return state.get("serial"), state.get("lineage")
    except (ValueError, AttributeError):
        return None, None


def _providers(folder: Path) -> dict[str, str]:
    path = folder / LOCK_FILE
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    versions = {name: _VERSION.search(body) for name, body in _PROVIDER.findall(text)}
    return {name: match[1] for name, match in versions.items() if match}
