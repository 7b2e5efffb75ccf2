"""Writes the provider block that Slipway adds to a template, in Terraform's JSON syntax. The backend's is in
backend_block.py.

An override file for a provider works only if the template has a block for that provider. So the provider is
first written as a plain file, and as an override if Terraform then reports that the template already has a
default block.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from functions.domain.jobs.job_contract import JobSpec

# Terraform merges override files in the order of their names, so these win over those of a template.
_PROVIDER_FILE = "zz_slipway_provider.tf.json"
_PROVIDER_OVERRIDE_FILE = "zz_slipway_provider_override.tf.json"

# An AWS emulator has no account, no metadata service and no host name for each bucket.
EMULATOR_SETTINGS = {
    "s3_use_path_style": True,
    "skip_credentials_validation": True,
    "skip_metadata_api_check": "true",
    "skip_region_validation": True,
    "skip_requesting_account_id": True,
}


def write_provider(folder: Path, spec: JobSpec, *, uses_emulator: bool) -> None:
    """Configure the AWS provider, if the template uses it: region, default tags, settings for an emulator."""
    if spec.provider_type != "terraform-aws":
        return
    body = _aws(spec, uses_emulator=uses_emulator)
    if spec.tags:
        body["default_tags"] = {"tags": literal(spec.tags)}
    write_override(folder / _PROVIDER_FILE, {"provider": {"aws": body}})


def override_provider(folder: Path, spec: JobSpec, *, uses_emulator: bool) -> dict[str, str]:
    """Override the template's provider block instead; return variables to add to the engine's environment.

    The tags are such variables: an override would drop the default tags of the template's block, while the
    provider merges the tags of its environment with them (AWS provider 5.62 and later).
    """
    (folder / _PROVIDER_FILE).unlink()
    write_override(
        folder / _PROVIDER_OVERRIDE_FILE, {"provider": {"aws": _aws(spec, uses_emulator=uses_emulator)}}
    )
    return {f"TF_AWS_DEFAULT_TAGS_{key}": value for key, value in spec.tags.items() if "=" not in key}


def _aws(spec: JobSpec, *, uses_emulator: bool) -> dict[str, Any]:
    region = {"region": literal(spec.location)} if spec.location else {}
    return {**region, **(EMULATOR_SETTINGS if uses_emulator else {})}


def literal(value: Any) -> Any:
    """Return the value with `${` and `%{` escaped: in JSON syntax, strings are templates to Terraform."""
    if isinstance(value, str):
        return value.replace("${", "$${").replace("%{", "%%{")
    if isinstance(value, dict):
        return {literal(key): literal(item) for key, item in value.items()}
    return [literal(item) for item in value] if isinstance(value, list) else value


def write_override(path: Path, body: dict[str, Any]) -> None:
    """Write a file in Terraform's JSON syntax. Its strings are templates, except those from `literal`."""
    path.write_text(json.dumps(body, indent=2), encoding="utf-8")
