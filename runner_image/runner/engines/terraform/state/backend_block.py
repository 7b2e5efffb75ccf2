"""The back end's block, which Slipway adds to a template so that the state lies where the environment says.

Keys are made of deployment and workspace, so no two states ever meet. Credentials are never written: the
engine takes them from its environment (functions/domain/jobs/terraform_backends.py says from which variable).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from functions.domain.jobs.terraform_settings import TerraformSettings
from runner.engines.terraform.overrides import literal, write_override

_FILE = "zz_slipway_backend_override.tf.json"
# What an S3 on loopback needs; the provider's arguments of this kind are named otherwise (overrides.py).
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
    """Write the block; gives its arguments. An override needs no such block in the template."""
    block = backend_block(settings, deployment_id, state_dir=state_dir, uses_emulator=uses_emulator)
    write_override(folder / _FILE, {"terraform": {"backend": {settings.backend.type: literal(block)}}})
    return block


def backend_block(
    settings: TerraformSettings, deployment_id: str, *, state_dir: Path, uses_emulator: bool
) -> dict[str, Any]:
    """The arguments of the environment, and the place of this deployment's state in this workspace.

    | back end | where the state lies |
    |---|---|
    | `azurerm` | blob `<deployment>.tfstateenv:<workspace>` |
    | `s3` | object `<deployment>/<workspace>/terraform.tfstate`, its lock beside it |
    | `gcs` | object `<deployment>/<workspace>.tfstate` |
    | `http` | `<address>/<deployment>/<workspace>` |
    | `local` | `<state folder>/<deployment>/<workspace>/terraform.tfstate` |
    """
    config = dict(settings.backend.config)
    place = f"{config.pop('key_prefix', '')}{deployment_id}"
    if settings.backend.type == "azurerm":
        return {**config, "key": f"{place}.tfstate"}
    if settings.backend.type == "s3":
        extra = _S3_EMULATOR_SETTINGS if uses_emulator else {}
        names = {"key": "terraform.tfstate", "workspace_key_prefix": place, "use_lockfile": True}
        return {**config, **extra, **names}
    if settings.backend.type == "gcs":
        return {**config, "prefix": place}
    if settings.backend.type == "http":
        address = f"{config['address'].rstrip('/')}/{place}/{settings.workspace}"
        return {**config, "address": address, "lock_address": address, "unlock_address": address}
    folder = state_dir / deployment_id
    return {"path": str(folder / "terraform.tfstate"), "workspace_dir": str(folder)}
