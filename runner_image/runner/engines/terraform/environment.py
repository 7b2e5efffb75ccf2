"""The environment of every Terraform command."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def terraform_environment(environment: Mapping[str, str], cli_config: Path) -> dict[str, str]:
    """Return the environment of the engine, with the settings that keep Terraform from asking questions."""
    return {
        **environment,
        "CHECKPOINT_DISABLE": "1",
        "TF_CLI_CONFIG_FILE": str(cli_config),
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
    }
