"""Writes the backend block that Slipway adds to a template: it puts the state where the environment says.

A key consists of deployment and workspace, so two states never have the same one. Credentials are never
written: the engine gets them from its environment (functions/domain/jobs/terraform_backends.py has the names
of the variables).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from functions.domain.jobs.terraform_settings import TerraformSettings
from runner.engines.terraform.overrides import literal, write_override

_FILE = "zz_slipway_backend_override.tf.json"
# An S3 emulator needs these. The provider's arguments for the same have other names (overrides.py).
_S3_EMULATOR_SETTINGS = {
    "use_path_style": True,
    "skip_credentials_validation": True,
    "skip_metadata_api_check": True,
    "skip_region_validation": True,
    "skip_requesting_account_id": True,
}


def write_backend(
    folder: Path, settings: TerraformSettings, deployment_id: str, *, state_dir: Path, uses_emulator: bool
) -> dict[str, Any]:
    """Write the block and return its arguments. The template needs no backend block of its own."""
    block = backend_block(settings, deployment_id, state_dir=state_dir, uses_emulator=uses_emulator)
    write_override(folder / _FILE, {"terraform": {"backend": {settings.backend.type: literal(block)}}})
    return block


def backend_block(
    settings: TerraformSettings, deployment_id: str, *, state_dir: Path, uses_emulator: bool
) -> dict[str, Any]:
    """Return the arguments of the environment, with the place of this deployment's state in this workspace.

    | backend | place of the state |
    |---|---|
    | `azurerm` | blob `<deployment>.tfstateenv:<workspace>` |
    | `s3` | object `<deployment>/<workspace>/terraform.tfstate`, its lock beside it |
    | `gcs` | object `<deployment>/<workspace>.tfstate` |
    | `http` | `<address>/<deployment>/<workspace>` |
    | `local` | `<state folder>/<deployment>/<workspace>/terraform.tfstate` |
    """
    config = dict(settings.backend.config)
    prefix = f"{config.pop('key_prefix', '')}{deployment_id}"
    if settings.backend.type == "azurerm":
        return {**config, "key": f"{prefix}.tfstate"}
    if settings.backend.type == "s3":
        extra = _S3_EMULATOR_SETTINGS if uses_emulator else {}
        names = {"key": "terraform.tfstate", "workspace_key_prefix": prefix, "use_lockfile": True}
        return {**config, **extra, **names}
    if settings.backend.type == "gcs":
        return {**config, "prefix": prefix}
    if settings.backend.type == "http":
        address = f"{config['address'].rstrip('/')}/{prefix}/{settings.workspace}"
        return {**config, "address": address, "lock_address": address, "unlock_address": address}
    folder = state_dir / deployment_id
    return {"path": str(folder / "terraform.tfstate"), "workspace_dir": str(folder)}
