"""The environment of what `./dev up` starts: an allow-list of the developer's own, and Slipway's settings.

A developer's cloud credentials never get through: not by name, not by file, not by a metadata service.
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
        # what a company's network needs to reach Terraform's registry
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"),
    }
)
_LOOPBACK = ("127.0.0.1", "localhost")
# a connection string or an identity is a credential; SLIPWAY_URL comes from `.slipway/env` and is no setting
_NEVER_TAKEN_OVER = (names.STORAGE, "SLIPWAY_URL")


@dataclass(frozen=True)
class HostSettings:
    """The addresses, folders and programs from which the development host's settings are made."""

    data_dir: Path
    storage: str
    aws_endpoint_url: str
    engine: Path
    provider_mirror: Path | None


def plain_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the part of an environment that any child may see. Loopback addresses bypass proxies."""
    kept = {name: value for name, value in environ.items() if name in _ALLOWED or name.startswith("LC_")}
    bypassed = environ.get("NO_PROXY") or environ.get("no_proxy") or ""
    hosts = [host.strip() for host in bypassed.split(",") if host.strip()]
    no_proxy = ",".join([*hosts, *(host for host in _LOOPBACK if host not in hosts)])
    return {**kept, "NO_PROXY": no_proxy, "no_proxy": no_proxy, "PYTHONUNBUFFERED": "1"}


def app_settings(around: HostSettings) -> dict[str, str]:
    """Return the app's and the runner's settings on one machine, as they stand in `local.settings.json`."""
    variables = {
        names.STORAGE: around.storage,
        "AzureWebJobsStorage": around.storage,
        names.PROVIDERS: "terraform-local,terraform-aws",
        names.JOBS_DIR: str(around.data_dir / "jobs"),
        names.STATE_DIR: str(around.data_dir / "state"),
        names.ENGINE: str(around.engine),
        # nobody waits minutes for a lost wake-up on one machine
        names.RECONCILE_SCHEDULE: "*/2 * * * * *",
        names.WATCH_SECONDS: "5",
        names.HEARTBEAT_SECONDS: "3",
        names.USER_HEADER: "true",
        names.KEY_FILE: str(around.data_dir / "key"),
        "SLIPWAY_LOCAL_QUEUE_LEASE": "30",
        "AzureFunctionsJobHost__extensions__queues__maxPollingInterval": "00:00:00.1",
        "AzureFunctionsJobHost__extensions__queues__visibilityTimeout": "00:00:02",
        **_made_up_aws(around.aws_endpoint_url),
    }
    if around.provider_mirror is not None:
        variables[names.PROVIDER_MIRROR] = str(around.provider_mirror)
    return variables


def host_environment(
    environ: Mapping[str, str], around: HostSettings, extra: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the development host's whole environment.

    A SLIPWAY_ variable that the developer has set wins over the setting of that name here, unless it says
    where the storage is; `extra` wins over everything.
    """
    own = {
        name: value
        for name, value in environ.items()
        if name.startswith("SLIPWAY_") and not name.startswith(_NEVER_TAKEN_OVER)
    }
    return {**plain_environment(environ), **app_settings(around), **own, **(extra or {})}


def _made_up_aws(endpoint_url: str) -> dict[str, str]:
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
