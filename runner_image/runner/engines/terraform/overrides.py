"""What Slipway adds to a template, as files in Terraform's JSON syntax: the provider here, the backend in
backend_block.py.

An override file replaces what a template says itself, and a provider's needs such a block there. So the
provider is written as a plain file first, and turned into an override where Terraform finds that the template
has a default block of its own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from functions.domain.jobs.job_contract import JobSpec

# Override files are merged in the order of their names, so these win over a template's own.
_PROVIDER_FILE = "zz_slipway_provider.tf.json"
_PROVIDER_OVERRIDE_FILE = "zz_slipway_provider_override.tf.json"

# What an AWS on loopback needs: it has no account, no metadata service, and no host name for each bucket.
EMULATOR_SETTINGS = {
    "s3_use_path_style": True,
    "skip_credentials_validation": True,
    "skip_metadata_api_check": "true",
    "skip_region_validation": True,
    "skip_requesting_account_id": True,
}


def write_provider(folder: Path, spec: JobSpec, *, uses_emulator: bool) -> None:
    """Configure the provider, where the spec's type has one: region, default tags, what a stand-in needs."""
    if spec.provider_type != "terraform-aws":
        return
    body = _aws(spec, uses_emulator=uses_emulator)
    if spec.tags:
        body["default_tags"] = {"tags": literal(spec.tags)}
    write_override(folder / _PROVIDER_FILE, {"provider": {"aws": body}})


def override_provider(folder: Path, spec: JobSpec, *, uses_emulator: bool) -> dict[str, str]:
    """Override the template's own provider block instead; gives additions to the engine's environment.

    Tags go there: an override would drop the default tags of the template's own block, and the provider
    merges those of its environment with them (AWS provider 5.62 and later).
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
    """The value with nothing in it that Terraform would evaluate: strings in JSON syntax are templates."""
    if isinstance(value, str):
        return value.replace("${", "$${").replace("%{", "%%{")
    if isinstance(value, dict):
        return {literal(key): literal(item) for key, item in value.items()}
    return [literal(item) for item in value] if isinstance(value, list) else value


def write_override(path: Path, body: dict[str, Any]) -> None:
    """Write one file of Terraform's JSON syntax, whose texts are templates but for what is `literal`."""
    path.write_text(json.dumps(body, indent=2), encoding="utf-8")
