"""Runs the real Terraform in a folder, without the settings and credentials of this machine."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from local.stack.environment import GO_SETTINGS
from local.toolchain.provider_mirror import find_provider_mirror
from runner.engines.terraform.lock_file import drop_hashes


@dataclass(frozen=True)
class Engine:
    """Terraform in one work folder."""

    folder: Path
    environment: dict[str, str]

    def run(self, *arguments: str, expected: int = 0) -> str:
        """Run a command and return its stdout. It must end with the expected exit code."""
        binary = os.environ.get("SLIPWAY_ENGINE") or "terraform"
        result = subprocess.run(
            [binary, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == expected, result.stdout + result.stderr
        # As in the runner: with hashes, every later command would check the providers again, for seconds.
        drop_hashes(self.folder)
        return result.stdout


def isolated_environment(home: Path, aws_endpoint: str) -> dict[str, str]:
    """Return an environment with the provider mirror of this machine, if any, and AWS at the endpoint."""
    mirror = find_provider_mirror()
    configuration = home / "terraform.rc"
    configuration.write_text(_FILESYSTEM_MIRROR.format(mirror) if mirror else "")
    return {
        **GO_SETTINGS,
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TF_CLI_CONFIG_FILE": str(configuration),
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
        "CHECKPOINT_DISABLE": "1",
        "AWS_ENDPOINT_URL": aws_endpoint,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


_FILESYSTEM_MIRROR = """
provider_installation {{
  filesystem_mirror {{
    path = "{}"
  }}
}}
"""
