"""What a runner on one machine sees of the host's environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions.adapters.launchers.runner_environment import runner_environment

ROOT = Path("/app")


@pytest.mark.parametrize(
    "name",
    [
        *("PATH", "HOME", "HTTPS_PROXY", "SSL_CERT_FILE", "GOGC", "GOMEMLIMIT"),
        *("SLIPWAY_STORAGE", "SLIPWAY_STORAGE__blobServiceUri", "SLIPWAY_KEY_FILE", "SLIPWAY_STATE_DIR"),
        *("AWS_ACCESS_KEY_ID", "ARM_ACCESS_KEY", "GOOGLE_BACKEND_CREDENTIALS", "TF_HTTP_PASSWORD"),
    ],
)
def test_a_runner_gets_what_it_and_the_state_back_ends_need(name: str) -> None:
    assert runner_environment({name: "x"}, ROOT)[name] == "x"


@pytest.mark.parametrize(
    "name",
    [
        *("AzureWebJobsStorage", "WEBSITE_AUTH_ENCRYPTION_KEY", "APPLICATIONINSIGHTS_CONNECTION_STRING"),
        *("IDENTITY_HEADER", "TF_LOG", "TF_CLI_ARGS", "TF_VAR_password", "LD_PRELOAD", "SLIPWAY_URL"),
    ],
)
def test_nothing_else_of_the_host_gets_through(name: str) -> None:
    assert name not in runner_environment({name: "x"}, ROOT)


def test_a_runner_finds_its_own_code_whatever_the_hosts_path_was() -> None:
    assert runner_environment({"PYTHONPATH": "/elsewhere"}, ROOT)["PYTHONPATH"] == "/app:/app/runner_image"
