"""The environment of the processes of `./dev up`: allowed variables of the developer, and Slipway's settings.

It never contains the developer's cloud credentials: no variables, no files, no metadata service.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from functions.domain import environment_names as names

AWS_REGION = "us-east-1"

_ALLOWED = frozenset(
    {
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TZ", "LANG", "LANGUAGE"),
        # needed in a company's network to reach Terraform's registry
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"),
    }
)
# Terraform and its providers collect garbage less often: with the AWS provider, that takes a quarter less
# processor time and 200 MB more. A container has less memory to spare, so its owner decides.
GO_SETTINGS = {"GOGC": "400"}
_LOOPBACK = ("127.0.0.1", "localhost")
# Storage settings are credentials; SLIPWAY_URL comes from `.slipway/env` and is no setting.
_NOT_INHERITED = (names.STORAGE, "SLIPWAY_URL")


@dataclass(frozen=True)
class HostSettings:
    """The addresses, folders and programs for the settings of the development host."""

    data_dir: Path
    storage: str
    aws_endpoint_url: str
    engine: Path
    provider_mirror: Path | None


def plain_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that every child process may get. Loopback addresses bypass proxies."""
    allowed = {name: value for name, value in environ.items() if name in _ALLOWED or name.startswith("LC_")}
    bypassed = environ.get("NO_PROXY") or environ.get("no_proxy") or ""
    hosts = [host.strip() for host in bypassed.split(",") if host.strip()]
    no_proxy = ",".join([*hosts, *(host for host in _LOOPBACK if host not in hosts)])
    return {**allowed, "NO_PROXY": no_proxy, "no_proxy": no_proxy, "PYTHONUNBUFFERED": "1"}


def app_settings(host: HostSettings) -> dict[str, str]:
    """Return the settings of app and runner on one machine, as in `local.settings.json`."""
    variables = {
        names.STORAGE: host.storage,
        "AzureWebJobsStorage": host.storage,
        names.PROVIDERS: "terraform-local,terraform-aws",
        names.JOBS_DIR: str(host.data_dir / "jobs"),
        names.STATE_DIR: str(host.data_dir / "state"),
        names.ENGINE: str(host.engine),
        # On one machine, a lost message should not delay anything for minutes.
        names.RECONCILE_SCHEDULE: "*/2 * * * * *",
        names.WATCH_SECONDS: "5",
        names.HEARTBEAT_SECONDS: "3",
        names.USER_HEADER: "true",
        names.KEY_FILE: str(host.data_dir / "key"),
        "SLIPWAY_LOCAL_QUEUE_LEASE": "30",
        "AzureFunctionsJobHost__extensions__queues__maxPollingInterval": "00:00:00.1",
        "AzureFunctionsJobHost__extensions__queues__visibilityTimeout": "00:00:02",
        **GO_SETTINGS,
        **_fake_aws_credentials(host.aws_endpoint_url),
    }
    if host.provider_mirror is not None:
        variables[names.PROVIDER_MIRROR] = str(host.provider_mirror)
    return variables


def host_environment(
    environ: Mapping[str, str], host: HostSettings, extra: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the complete environment of the development host.

    A SLIPWAY_ variable of the developer overrides the setting here, except for settings of the storage.
    `extra` overrides everything.
    """
    overrides = {
        name: value
        for name, value in environ.items()
        if name.startswith("SLIPWAY_") and not name.startswith(_NOT_INHERITED)
    }
    return {**plain_environment(environ), **app_settings(host), **overrides, **(extra or {})}


def _fake_aws_credentials(endpoint_url: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": AWS_REGION,
        "AWS_DEFAULT_REGION": AWS_REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
