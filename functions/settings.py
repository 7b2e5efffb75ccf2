"""Everything that the environment decides, read once. `docs/settings.md` lists every name.

Names are constants here and nowhere else; nothing but this module and `runner.settings` reads the
environment.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from functions.domain.catalog.providers import PROVIDER_TYPES
from functions.domain.errors import SettingsInvalid
from functions.domain.timers import DEFAULT_SCHEDULES, Timer, check_schedule

STORAGE = "SLIPWAY_STORAGE"
TABLE_SERVICE_URI = "SLIPWAY_STORAGE__tableServiceUri"
BLOB_SERVICE_URI = "SLIPWAY_STORAGE__blobServiceUri"
QUEUE_SERVICE_URI = "SLIPWAY_STORAGE__queueServiceUri"
STORAGE_CREDENTIAL = "SLIPWAY_STORAGE__credential"
STORAGE_CLIENT_ID = "SLIPWAY_STORAGE__clientId"
PROVIDERS = "SLIPWAY_PROVIDERS"
PUBLIC_URL = "SLIPWAY_PUBLIC_URL"
MAX_PARALLEL = "SLIPWAY_MAX_PARALLEL"
MAX_ATTEMPTS = "SLIPWAY_MAX_ATTEMPTS"
WATCH_SECONDS = "SLIPWAY_WATCH_SECONDS"
HEARTBEAT_SECONDS = "SLIPWAY_HEARTBEAT_SECONDS"
START_SECONDS = "SLIPWAY_START_SECONDS"
COMMAND_SECONDS = "SLIPWAY_COMMAND_SECONDS"
JOB_SECONDS = "SLIPWAY_JOB_SECONDS"
APPROVAL_SECONDS = "SLIPWAY_APPROVAL_SECONDS"
PLAN_SECONDS = "SLIPWAY_PLAN_SECONDS"
LOCK_WAIT_SECONDS = "SLIPWAY_LOCK_WAIT_SECONDS"
LOG_DAYS = "SLIPWAY_LOG_DAYS"
PLAN_DAYS = "SLIPWAY_PLAN_DAYS"
STATE_COPY_DAYS = "SLIPWAY_STATE_COPY_DAYS"
RECORD_DAYS = "SLIPWAY_RECORD_DAYS"
ENVIRONMENTS = "SLIPWAY_ENVIRONMENTS"
KEY_FILE = "SLIPWAY_KEY_FILE"
USER_HEADER = "SLIPWAY_USER_HEADER"
JOBS_DIR = "SLIPWAY_JOBS_DIR"
LOG_LEVEL = "SLIPWAY_LOG_LEVEL"
RECONCILE_SCHEDULE = "SLIPWAY_RECONCILE_SCHEDULE"
RETENTION_SCHEDULE = "SLIPWAY_RETENTION_SCHEDULE"
EASY_AUTH = "WEBSITE_AUTH_ENABLED"

_SCHEDULES = {Timer.RECONCILE: RECONCILE_SCHEDULE, Timer.RETENTION: RETENTION_SCHEDULE}


@dataclass(frozen=True, slots=True)
class Settings:
    """One Slipway. Times are seconds, or days where the name says so.

    `heartbeat_seconds` and `watch_seconds` are those of docs/rules.md rules 6 and 10. `start_seconds` is how
    long a started job may take to claim itself: Container Apps Jobs were seen to need up to 25 minutes.
    `plan_seconds` is the age at which a saved plan may no longer be approved.
    """

    storage_connection_string: str | None
    table_service_uri: str | None
    blob_service_uri: str | None
    queue_service_uri: str | None
    storage_client_id: str | None
    providers: frozenset[str]
    public_url: str | None
    max_parallel: int
    max_attempts: int
    watch_seconds: int
    heartbeat_seconds: int
    start_seconds: int
    command_seconds: int
    job_seconds: int
    approval_seconds: int
    plan_seconds: int
    lock_wait_seconds: int
    log_days: int
    plan_days: int
    state_copy_days: int
    record_days: int
    environments_file: str | None
    key_file: str | None
    user_header: bool
    jobs_dir: str
    log_level: str
    schedules: Mapping[Timer, str]
    easy_auth: bool

    @property
    def silent_seconds(self) -> int:
        """How old a heartbeat may get before the runner counts as silent: four beats missed."""
        return self.heartbeat_seconds * 4

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read and check everything. Raises SettingsInvalid with every problem at once."""
        reader = _Reader(os.environ if environ is None else environ)
        settings = cls(
            storage_connection_string=reader.text(STORAGE),
            table_service_uri=reader.text(TABLE_SERVICE_URI),
            blob_service_uri=reader.text(BLOB_SERVICE_URI),
            queue_service_uri=reader.text(QUEUE_SERVICE_URI),
            storage_client_id=reader.text(STORAGE_CLIENT_ID),
            providers=reader.providers(),
            public_url=reader.public_url(),
            max_parallel=reader.number(MAX_PARALLEL, 20, 1, 1000),
            max_attempts=reader.number(MAX_ATTEMPTS, 5, 1, 5),
            watch_seconds=reader.number(WATCH_SECONDS, 60, 1, 3600),
            heartbeat_seconds=reader.number(HEARTBEAT_SECONDS, 15, 1, 60),
            start_seconds=reader.number(START_SECONDS, 1800, 1, 7200),
            command_seconds=reader.number(COMMAND_SECONDS, 3600, 1, 86400),
            job_seconds=reader.number(JOB_SECONDS, 7200, 1, 172800),
            approval_seconds=reader.number(APPROVAL_SECONDS, 604_800, 1, 31_536_000),
            plan_seconds=reader.number(PLAN_SECONDS, 86_400, 1, 31_536_000),
            lock_wait_seconds=reader.number(LOCK_WAIT_SECONDS, 300, 0, 86_400),
            log_days=reader.number(LOG_DAYS, 90, 1, 36_500),
            plan_days=reader.number(PLAN_DAYS, 30, 1, 36_500),
            state_copy_days=reader.number(STATE_COPY_DAYS, 90, 1, 36_500),
            record_days=reader.number(RECORD_DAYS, 365, 1, 36_500),
            environments_file=reader.text(ENVIRONMENTS),
            key_file=reader.key_file(),
            user_header=reader.flag(USER_HEADER),
            jobs_dir=reader.required(JOBS_DIR, "the folder in which jobs run"),
            log_level=reader.log_level(),
            schedules={timer: reader.schedule(timer) for timer in Timer},
            easy_auth=reader.flag(EASY_AUTH),
        )
        reader.check_user_header(settings)
        reader.check_storage(settings)
        reader.finish()
        return settings


def timer_schedules(environ: Mapping[str, str] | None = None) -> dict[Timer, str]:
    """Return what the timers are declared with, before any settings are read.

    Not a `%NAME%` that the host resolves: it drops the timer's function where there is no such app setting,
    and nobody is told. For the same reason a wrong schedule gives the default here; `Settings.from_env`
    reports it.
    """
    reader = _Reader(os.environ if environ is None else environ)
    return {timer: reader.schedule(timer) for timer in Timer}


class _Reader:
    """Reads names and collects what is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._problems: list[str] = []

    def text(self, name: str, default: str | None = None) -> str | None:
        return self._environ.get(name, "").strip() or default

    def required(self, name: str, what: str) -> str:
        value = self.text(name)
        if value is None:
            self._problems.append(f"'{name}' is not set: {what}")
        return value or ""

    def number(self, name: str, default: int, least: int, most: int) -> int:
        text = self.text(name)
        if text is None:
            return default
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            self._problems.append(f"'{name}' must be a whole number from {least} to {most}")
            return default
        return int(text)

    def flag(self, name: str) -> bool:
        return (self.text(name) or "").lower() == "true"

    def check_user_header(self, settings: Settings) -> None:
        if settings.user_header and settings.easy_auth:
            self._problems.append(
                f"'{USER_HEADER}' lets callers name themselves and is for one machine without sign-in: "
                f"it cannot be set together with '{EASY_AUTH}'"
            )

    def providers(self) -> frozenset[str]:
        names = {
            name.strip() for name in (self.text(PROVIDERS) or "terraform-local").split(",") if name.strip()
        }
        runnable = {name for name, provider in PROVIDER_TYPES.items() if provider.supported}
        if names - runnable:
            self._problems.append(f"'{PROVIDERS}' may only hold {', '.join(sorted(runnable))}")
        return frozenset(names & runnable)

    def key_file(self) -> str | None:
        path = self.text(KEY_FILE)
        if path and not Path(path).is_absolute():  # the runner reads it too, from another folder
            self._problems.append(f"'{KEY_FILE}' must be an absolute path")
        return path

    def public_url(self) -> str | None:
        url = self.text(PUBLIC_URL)
        if url and not url.startswith(("http://", "https://")):
            self._problems.append(f"'{PUBLIC_URL}' must start with https:// or http://")
        return url.rstrip("/") if url else None

    def log_level(self) -> str:
        level = (self.text(LOG_LEVEL) or "INFO").upper()
        if level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            self._problems.append(f"'{LOG_LEVEL}' must be DEBUG, INFO, WARNING or ERROR")
            return "INFO"
        return level

    def schedule(self, timer: Timer) -> str:
        name, default = _SCHEDULES[timer], DEFAULT_SCHEDULES[timer]
        text = self.text(name) or default
        try:
            check_schedule(text)
        except ValueError:
            self._problems.append(
                f"'{name}' must be an NCRONTAB expression of six fields, seconds first, such as '{default}'"
            )
            return default
        return text

    def check_storage(self, settings: Settings) -> None:
        uris = (settings.table_service_uri, settings.blob_service_uri, settings.queue_service_uri)
        if settings.storage_connection_string is None and not all(uris):
            self._problems.append(
                f"no storage is set: give '{STORAGE}' (a connection string), or '{TABLE_SERVICE_URI}', "
                f"'{BLOB_SERVICE_URI}' and '{QUEUE_SERVICE_URI}' for a managed identity"
            )
        self._check_identity(settings)

    def _check_identity(self, settings: Settings) -> None:
        """The host's queue triggers read the client id only beside the credential; our adapters do not."""
        credential = self.text(STORAGE_CREDENTIAL)
        if settings.storage_connection_string or not (settings.storage_client_id or credential):
            return
        if (credential or "").lower() != "managedidentity":
            self._problems.append(
                f"'{STORAGE_CREDENTIAL}' must be 'managedidentity' where '{STORAGE_CLIENT_ID}' is set: "
                "the queue triggers use that identity only with both"
            )

    def finish(self) -> None:
        if self._problems:
            raise SettingsInvalid(self._problems)
