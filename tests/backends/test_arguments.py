"""What an environment may say of a backend is what Terraform takes in that backend's block."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from functions.domain.jobs.terraform_backends import BACKENDS
from functions.domain.jobs.terraform_settings import TerraformSettings
from functions.domain.jobs.terraform_state import Backend
from runner.engines.terraform.state.backend_block import write_backend
from tests.runner.job_in_process import SPEC

# nothing listens here: the port is reserved
CLOSED = "127.0.0.1:9"
# of the others Terraform takes a text
VALUES: dict[str, Any] = {
    "address": f"http://{CLOSED}/states",
    "allowed_account_ids": ["123456789012"],
    "assume_role": {"role_arn": "arn:aws:iam::123456789012:role/states"},
    "assume_role_with_web_identity": {"role_arn": "arn:aws:iam::123456789012:role/states"},
    "forbidden_account_ids": ["210987654321"],
    "impersonate_service_account_delegates": ["states@contoso.iam.gserviceaccount.com"],
    # off: each way to sign in would be tried for long
    **dict.fromkeys(("encrypt", "lookup_blob_endpoint", "use_aks_workload_identity"), False),
    **dict.fromkeys(("use_azuread_auth", "use_cli", "use_dualstack_endpoint", "use_fips_endpoint"), False),
    **dict.fromkeys(("use_msi", "use_oidc", "use_path_style"), False),
    **dict.fromkeys(("max_retries", "retry_max", "retry_wait_max", "retry_wait_min"), 1),
}
ABOUT_ARGUMENTS = {
    "Unsupported argument",
    "Unsupported block type",
    "Missing required argument",
    "Incorrect attribute value type",
    "Extraneous JSON object property",
}
REMOTE = ["azurerm", "gcs", "http", "s3"]


def write(folder: Path, kind: str, config: dict[str, Any]) -> dict[str, Any]:
    settings = TerraformSettings(Backend(kind, config), "slipway")
    return write_backend(folder, settings, "deploy-0123456789ab", state_dir=folder, uses_emulator=False)


def init(folder: Path, **environment: str) -> list[dict[str, Any]]:
    """Return the diagnostics of `terraform init`, while nothing is reachable."""
    done = subprocess.run(
        ["terraform", "init", "-json", "-input=false"],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "CHECKPOINT_DISABLE": "1",
            "HTTPS_PROXY": f"http://{CLOSED}",
            "AWS_EC2_METADATA_DISABLED": "true",
            # with none to be found, a machine of Google's own is not asked for them either
            "GOOGLE_APPLICATION_CREDENTIALS": str(folder / "none.json"),
            "TF_HTTP_RETRY_MAX": "0",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return [event["diagnostic"] for event in events if event["type"] == "diagnostic"]


def about_arguments(diagnostics: list[dict[str, Any]]) -> list[str]:
    return [
        f"{diagnostic['summary']}: {diagnostic['detail']}"
        for diagnostic in diagnostics
        if diagnostic["summary"] in ABOUT_ARGUMENTS
    ]


@pytest.mark.parametrize("kind", REMOTE)
def test_terraform_takes_every_argument_that_an_environment_may_set(kind: str, tmp_path: Path) -> None:
    names = BACKENDS[kind].required | BACKENDS[kind].optional
    write(tmp_path, kind, {name: VALUES.get(name, "made-up") for name in names})

    assert about_arguments(init(tmp_path)) == []


@pytest.mark.parametrize("kind", REMOTE)
def test_what_an_environment_must_not_set_are_terraforms_own_names(kind: str, tmp_path: Path) -> None:
    """Else a credential under its real name would only be refused as unknown, without saying what to do."""
    required = {name: VALUES.get(name, "made-up") for name in BACKENDS[kind].required}
    write(tmp_path, kind, {**required, **dict.fromkeys(BACKENDS[kind].credentials, "made-up")})

    assert about_arguments(init(tmp_path)) == []


def test_terraform_says_which_argument_it_does_not_know(tmp_path: Path) -> None:
    write(tmp_path, "gcs", {"bucket": "made-up", "made_up": "x"})

    assert any("made_up" in problem for problem in about_arguments(init(tmp_path)))


def test_a_gcs_block_fails_only_for_want_of_credentials(tmp_path: Path) -> None:
    block = write(tmp_path, "gcs", {"bucket": "contoso-states", "key_prefix": "team-a/"})

    (problem,) = init(tmp_path, TF_WORKSPACE="slipway")

    assert block == {"bucket": "contoso-states", "prefix": f"team-a/{SPEC.deployment_id}"}
    assert "error getting credentials" in problem["summary"]
