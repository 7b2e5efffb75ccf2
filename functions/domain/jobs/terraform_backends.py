"""The Terraform backends that Slipway supports: their arguments, and the credentials that it refuses.

The arguments are those of Terraform 1.11:
https://developer.hashicorp.com/terraform/language/backend
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class BackendType:
    """A backend and its arguments.

    An environment may set `required` and `optional` arguments. `key_prefix` is Slipway's own argument: the
    names of states begin with it. `credentials` maps an argument that must not be set to the variable of the
    runner's environment to set instead. `refused` maps any other forbidden argument to the reason.
    `workspaces` is False if the backend has only one state.
    """

    name: str
    required: frozenset[str]
    optional: frozenset[str]
    credentials: Mapping[str, str]
    refused: Mapping[str, str] = field(default_factory=dict)
    workspaces: bool = True


_AZURERM = BackendType(
    "azurerm",
    required=frozenset({"storage_account_name", "container_name"}),
    optional=frozenset(
        {
            "resource_group_name",
            "subscription_id",
            "tenant_id",
            "client_id",
            "client_certificate_path",
            "oidc_request_url",
            "oidc_token_file_path",
            "ado_pipeline_service_connection_id",
            "environment",
            "metadata_host",
            "use_azuread_auth",
            "use_msi",
            "use_oidc",
            "use_aks_workload_identity",
            "use_cli",
            "msi_endpoint",
            "lookup_blob_endpoint",
            "key_prefix",
        }
    ),
    credentials={
        "access_key": "ARM_ACCESS_KEY",
        "sas_token": "ARM_SAS_TOKEN",
        "client_secret": "ARM_CLIENT_SECRET",
        "client_certificate": "ARM_CLIENT_CERTIFICATE",
        "client_certificate_password": "ARM_CLIENT_CERTIFICATE_PASSWORD",
        "oidc_token": "ARM_OIDC_TOKEN",
        "oidc_request_token": "ARM_OIDC_REQUEST_TOKEN",
    },
    refused={
        "snapshot": "Azure does not delete a blob with snapshots, so no state could be deleted later; "
        "turn on the container's versioning or soft delete instead"
    },
)
_S3 = BackendType(
    "s3",
    required=frozenset({"bucket", "region"}),
    optional=frozenset(
        {
            "acl",
            "encrypt",
            "kms_key_id",
            "key_prefix",
            "profile",
            "assume_role",
            "assume_role_with_web_identity",
            "allowed_account_ids",
            "forbidden_account_ids",
            "use_path_style",
            "use_fips_endpoint",
            "use_dualstack_endpoint",
            "max_retries",
            "retry_mode",
        }
    ),
    credentials={
        "access_key": "AWS_ACCESS_KEY_ID",
        "secret_key": "AWS_SECRET_ACCESS_KEY",
        "token": "AWS_SESSION_TOKEN",
        "sse_customer_key": "AWS_SSE_CUSTOMER_KEY",
    },
)
_GCS = BackendType(
    "gcs",
    required=frozenset({"bucket"}),
    optional=frozenset(
        {
            "key_prefix",
            "impersonate_service_account",
            "impersonate_service_account_delegates",
            "kms_encryption_key",
            "storage_custom_endpoint",
        }
    ),
    credentials={
        "credentials": "GOOGLE_BACKEND_CREDENTIALS",
        "access_token": "GOOGLE_OAUTH_ACCESS_TOKEN",
        "encryption_key": "GOOGLE_ENCRYPTION_KEY",
    },
)
_HTTP = BackendType(
    "http",
    required=frozenset({"address"}),
    optional=frozenset(
        {"update_method", "lock_method", "unlock_method", "retry_max", "retry_wait_min", "retry_wait_max"}
    ),
    credentials={
        "username": "TF_HTTP_USERNAME",
        "password": "TF_HTTP_PASSWORD",
        "client_private_key_pem": "TF_HTTP_CLIENT_PRIVATE_KEY_PEM",
    },
    workspaces=False,
)
_LOCAL = BackendType("local", required=frozenset(), optional=frozenset(), credentials={})

# Maps a credential within an argument that is an object to the variable to set instead.
_NESTED_CREDENTIALS = {"web_identity_token": "AWS_WEB_IDENTITY_TOKEN_FILE"}
_KEY_PREFIX = re.compile(r"(?!\.{1,2}/)[\w.-]+(/(?!\.{1,2}/)[\w.-]+)*/?", re.ASCII)

BACKENDS: dict[str, BackendType] = {backend.name: backend for backend in (_AZURERM, _S3, _GCS, _HTTP, _LOCAL)}


def backend_problems(backend_type: str, config: Mapping[str, Any]) -> list[str]:
    """Return the problems of an environment's backend, one sentence each."""
    backend = BACKENDS.get(backend_type)
    if backend is None:
        return [f"backend '{backend_type}' is not one of {', '.join(sorted(BACKENDS))}"]
    problems = [
        f"backend '{backend_type}': '{name}' is a credential and must not be in a file: "
        f"set '{variable}' in the runner's environment"
        for name, variable in _credentials_in(backend, config)
    ]
    problems += [
        f"backend '{backend_type}': '{name}' cannot be set: {backend.refused[name]}"
        for name in sorted(config.keys() & backend.refused.keys())
    ]
    allowed = backend.required | backend.optional
    problems += [
        f"backend '{backend_type}': '{name}' is not one of {', '.join(sorted(allowed)) or 'none'}"
        for name in sorted(config.keys() - allowed - backend.credentials.keys() - backend.refused.keys())
    ]
    problems += [
        f"backend '{backend_type}': '{name}' is missing, or not a text"
        for name in sorted(backend.required)
        if not isinstance(config.get(name), str) or not config[name]
    ]
    if "key_prefix" in config.keys() & allowed and not _is_key_prefix(config["key_prefix"]):
        problems.append(
            f"backend '{backend_type}': 'key_prefix' must be like team-a/, with letters, digits and '._-'"
        )
    return problems + (_address_problems(config) if backend is _HTTP else [])


def _credentials_in(backend: BackendType, config: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the credentials that are set, each with the variable to set instead."""
    credentials = [(name, backend.credentials[name]) for name in config.keys() & backend.credentials.keys()]
    for argument, value in config.items():
        inner = value.keys() & _NESTED_CREDENTIALS.keys() if isinstance(value, Mapping) else ()
        credentials += [(f"{argument}.{name}", _NESTED_CREDENTIALS[name]) for name in inner]
    return sorted(credentials)


def _is_key_prefix(value: object) -> bool:
    return isinstance(value, str) and (not value or _KEY_PREFIX.fullmatch(value) is not None)


def _address_problems(config: Mapping[str, Any]) -> list[str]:
    try:
        url = urlsplit(str(config.get("address", "")))
    except ValueError:
        return ["backend 'http': 'address' is not a URL"]
    if url.password or url.username:
        problem = (
            "backend 'http': 'address' contains a credential, which must not be in a file: set "
            "'TF_HTTP_USERNAME' and 'TF_HTTP_PASSWORD' in the runner's environment"
        )
        return [problem]
    if config.get("address") and (url.scheme not in ("http", "https") or not url.netloc or url.query):
        return ["backend 'http': 'address' must be like https://host/path, without a query"]
    return []
