"""The settings of a runner, read once from its environment; `runner_image/README.md` explains them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from functions.domain import environment_names as names
from functions.domain.errors import SettingsInvalid
from functions.domain.identifiers import parse_operation_id
from functions.domain.jobs.terraform_backends import BACKENDS
from functions.domain.settings_reader import optional, read_settings, required, whole_number

_AWS_ENDPOINT = "AWS_ENDPOINT_URL"
# These are listed as credentials of a backend, but they are only the names of accounts.
_NO_SECRETS = frozenset({"AWS_ACCESS_KEY_ID", "TF_HTTP_USERNAME"})
_SECRET_NAMES = (
    # of a provider, not of a backend
    "GOOGLE_CREDENTIALS",
    *sorted({name for backend in BACKENDS.values() for name in backend.credentials.values()} - _NO_SECRETS),
)
_ACCOUNT_KEY = re.compile(r"(?:AccountKey|SharedAccessSignature)=([^;]+)", re.IGNORECASE)

# The variables that the engine and its providers get. Those of Slipway's own storage are not among them.
_ENGINE_NAMES = (
    "PATH",
    "HOME",
    "TMPDIR",
    "TZ",
    "LANG",
    "LC_ALL",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    # of Go, in which the engine and its providers are written: time against memory
    "GOGC",
    "GOMEMLIMIT",
    "AWS_ACCESS_KEY_ID",
    "AWS_CA_BUNDLE",
    "AWS_CONFIG_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_DEFAULT_REGION",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    _AWS_ENDPOINT,
    *_SECRET_NAMES,
)
_ENGINE_PREFIXES = ("ARM_", "GOOGLE_", "TF_HTTP_")


_COUNT = whole_number(1)


def _path(text: str) -> Path:
    return Path(text).resolve()


def _engine(text: str) -> str:
    # A relative path counts from the runner's folder, but the engine runs in another one.
    return str(_path(text)) if "/" in text else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one job. `environment` is what the engine gets; no log may contain one of `secrets`.

    `execution_name` is set by Container Apps; elsewhere the process id names the execution.
    """

    deployment_id: str = required(names.DEPLOYMENT_ID)
    operation_id: str = required(names.OPERATION_ID)
    job: int = required(names.JOB, parse=_COUNT)
    correlation_id: str = optional(names.CORRELATION_ID, default="")
    storage_connection_string: str | None = optional(names.STORAGE, secret=True)
    blob_service_uri: str | None = optional(names.BLOB_SERVICE_URI)
    queue_service_uri: str | None = optional(names.QUEUE_SERVICE_URI)
    storage_client_id: str | None = optional(names.STORAGE_CLIENT_ID)
    heartbeat_seconds: int = optional(names.HEARTBEAT_SECONDS, parse=_COUNT, default=15)
    stop_grace_seconds: int = optional(names.STOP_GRACE_SECONDS, parse=_COUNT, default=60)
    engine: str = optional(names.ENGINE, parse=_engine, default="terraform")
    provider_mirror: Path | None = optional(names.PROVIDER_MIRROR, parse=_path)
    state_dir: Path = required(names.STATE_DIR, parse=_path)
    execution_name: str | None = optional(names.EXECUTION_NAME)
    key_file: Path | None = optional(names.KEY_FILE, parse=_path)
    work_dir: Path
    environment: Mapping[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)

    @property
    def uses_emulator(self) -> bool:
        """Return True if the settings replace the address of AWS, by that of an emulator."""
        return _AWS_ENDPOINT in self.environment

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read and check everything. Raises SettingsInvalid with every problem at once."""
        settings, problems = read_settings(
            cls,
            environ,
            # Below the current folder, which already is the job's.
            work_dir=_path(environ.get(names.WORK_DIR, "").strip() or "work"),
            environment=_engine_environment(environ),
            secrets=_secrets(environ),
        )
        problems += _contradictions(settings)
        if problems:
            raise SettingsInvalid(problems)
        return settings


def _contradictions(settings: Settings) -> Iterator[str]:
    """Yield the problems that concern several settings together."""
    parsed = parse_operation_id(settings.operation_id) if settings.operation_id else None
    if settings.operation_id and (parsed is None or parsed[0] != settings.deployment_id):
        yield (
            f"'{names.OPERATION_ID}' is '{settings.operation_id}': no operation of "
            f"'{settings.deployment_id or ''}'"
        )
    uris = settings.blob_service_uri and settings.queue_service_uri
    if not settings.storage_connection_string and not uris:
        yield (
            f"no storage is set: give '{names.STORAGE}' (a connection string), or "
            f"'{names.BLOB_SERVICE_URI}' and '{names.QUEUE_SERVICE_URI}' for a managed identity"
        )


def _engine_environment(environ: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in environ.items()
        if name in _ENGINE_NAMES or name.startswith(_ENGINE_PREFIXES)
    }


def _secrets(environ: Mapping[str, str]) -> tuple[str, ...]:
    named = [environ[name] for name in _SECRET_NAMES if environ.get(name)]
    return (*named, *_ACCOUNT_KEY.findall(environ.get(names.STORAGE, "")))
