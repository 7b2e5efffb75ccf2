"""Everything that the environment tells a runner, read once. `functions/domain/jobs/job_environment.py` has
the names, `runner_image/README.md` what they mean.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from functions.domain.errors import SettingsInvalid
from functions.domain.identifiers import parse_operation_id
from functions.domain.jobs.job_environment import (
    BLOB_SERVICE_URI,
    CORRELATION_ID,
    DEPLOYMENT_ID,
    ENGINE,
    HEARTBEAT_SECONDS,
    JOB,
    KEY_FILE,
    OPERATION_ID,
    PROVIDER_MIRROR,
    QUEUE_SERVICE_URI,
    STATE_DIR,
    STOP_GRACE_SECONDS,
    STORAGE,
    STORAGE_CLIENT_ID,
    WORK_DIR,
)
from functions.domain.jobs.terraform_backends import BACKENDS

# set by Container Apps; elsewhere an execution is named by its process
EXECUTION_NAME = "CONTAINER_APP_JOB_EXECUTION_NAME"

_AWS_ENDPOINT = "AWS_ENDPOINT_URL"
# what backend_block.py calls a credential and is none by itself: names of accounts
_NO_SECRETS = frozenset({"AWS_ACCESS_KEY_ID", "TF_HTTP_USERNAME"})
_SECRET_NAMES = (
    # of providers alone
    "GOOGLE_CREDENTIALS",
    *sorted({name for each in BACKENDS.values() for name in each.credentials.values()} - _NO_SECRETS),
)
_ACCOUNT_KEY = re.compile(r"(?:AccountKey|SharedAccessSignature)=([^;]+)", re.IGNORECASE)

# What the engine and its providers get of the runner's environment: never Slipway's own storage.
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


@dataclass(frozen=True, slots=True)
class Settings:
    """One job's environment. `environment` is what the engine gets of it, `secrets` what no log may hold."""

    deployment_id: str
    operation_id: str
    job: int
    correlation_id: str
    storage_connection_string: str | None
    blob_service_uri: str | None
    queue_service_uri: str | None
    storage_client_id: str | None
    heartbeat_seconds: int
    stop_grace_seconds: int
    engine: str
    provider_mirror: Path | None
    state_dir: Path
    work_dir: Path
    execution_name: str | None
    key_file: Path | None
    environment: Mapping[str, str]
    secrets: tuple[str, ...]

    @property
    def uses_emulator(self) -> bool:
        """True where AWS is an address of somebody's own choice."""
        return _AWS_ENDPOINT in self.environment

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read and check everything. Raises SettingsInvalid with every problem at once."""
        reader = _Reader(environ)
        mirror = reader.text(PROVIDER_MIRROR)
        key_file = reader.text(KEY_FILE)
        settings = cls(
            deployment_id=reader.required(DEPLOYMENT_ID),
            operation_id=reader.required(OPERATION_ID),
            job=reader.number(JOB, None),
            correlation_id=reader.text(CORRELATION_ID) or "",
            storage_connection_string=reader.text(STORAGE),
            blob_service_uri=reader.text(BLOB_SERVICE_URI),
            queue_service_uri=reader.text(QUEUE_SERVICE_URI),
            storage_client_id=reader.text(STORAGE_CLIENT_ID),
            heartbeat_seconds=reader.number(HEARTBEAT_SECONDS, 15),
            stop_grace_seconds=reader.number(STOP_GRACE_SECONDS, 60),
            engine=_engine(reader.text(ENGINE) or "terraform"),
            provider_mirror=Path(mirror).resolve() if mirror else None,
            state_dir=Path(reader.required(STATE_DIR)).resolve(),
            work_dir=Path(reader.text(WORK_DIR) or "work").resolve(),
            execution_name=reader.text(EXECUTION_NAME),
            key_file=Path(key_file).resolve() if key_file else None,
            environment={
                name: value
                for name, value in environ.items()
                if name in _ENGINE_NAMES or name.startswith(_ENGINE_PREFIXES)
            },
            secrets=_secrets(environ),
        )
        reader.check(settings)
        return settings


class _Reader:
    """Reads names and collects what is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._problems: list[str] = []

    def text(self, name: str) -> str | None:
        return self._environ.get(name, "").strip() or None

    def required(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            self._problems.append(f"'{name}' is not set")
        return value or ""

    def number(self, name: str, default: int | None) -> int:
        text = self.text(name) or (str(default) if default else self.required(name))
        if text.isascii() and text.isdigit() and int(text) >= 1:
            return int(text)
        if text:
            self._problems.append(f"'{name}' is '{text}': it must be a whole number from 1")
        return 1

    def check(self, settings: Settings) -> None:
        parsed = parse_operation_id(settings.operation_id)
        if settings.operation_id and (parsed is None or parsed[0] != settings.deployment_id):
            self._problems.append(
                f"'{OPERATION_ID}' is '{settings.operation_id}': no operation of '{settings.deployment_id}'"
            )
        uris = settings.blob_service_uri and settings.queue_service_uri
        if not settings.storage_connection_string and not uris:
            self._problems.append(
                f"no storage is set: give '{STORAGE}' (a connection string), or '{BLOB_SERVICE_URI}' and "
                f"'{QUEUE_SERVICE_URI}' for a managed identity"
            )
        if self._problems:
            raise SettingsInvalid(self._problems)


def _engine(name: str) -> str:
    # a path is the runner's own, while the engine runs elsewhere
    return str(Path(name).resolve()) if "/" in name else name


def _secrets(environ: Mapping[str, str]) -> tuple[str, ...]:
    named = [environ[name] for name in _SECRET_NAMES if environ.get(name)]
    return (*named, *_ACCOUNT_KEY.findall(environ.get(STORAGE, "")))
