"""The app's settings: each is declared once, with its name, default, bounds and description.

`docs/settings.md` is generated from these declarations. Only `functions.domain.settings_reader` reads values.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from functions.domain import environment_names as names
from functions.domain.errors import SettingsInvalid
from functions.domain.settings_reader import flag, group, optional, read_settings, required
from functions.domain.timers import Timer
from functions.services.policy_settings import Policy

_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def _absolute_path(text: str) -> str:
    # The runner reads the file as well, from another folder.
    if not Path(text).is_absolute():
        raise ValueError("must be an absolute path")
    return text


def _url(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise ValueError("must start with https:// or http://")
    return text.rstrip("/")


def _log_level(text: str) -> str:
    if text.upper() not in _LOG_LEVELS:
        raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
    return text.upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of the app."""

    storage_connection_string: str | None = optional(
        names.STORAGE,
        "connection string of the storage account. In Azure omit it and set the next three",
        secret=True,
    )
    table_service_uri: str | None = optional(
        names.TABLE_SERVICE_URI, "`https://<account>.table.core.windows.net`, reached by managed identity"
    )
    blob_service_uri: str | None = optional(
        names.BLOB_SERVICE_URI, "`https://<account>.blob.core.windows.net`"
    )
    queue_service_uri: str | None = optional(
        names.QUEUE_SERVICE_URI, "`https://<account>.queue.core.windows.net`"
    )
    storage_credential: str | None = optional(
        names.STORAGE_CREDENTIAL,
        f"`managedidentity`: needed beside `{names.STORAGE_CLIENT_ID}`, without which the Functions host's "
        "queue triggers would not use that identity",
        secret=True,
    )
    storage_client_id: str | None = optional(
        names.STORAGE_CLIENT_ID,
        "client id of a user-assigned identity; if unset, the system-assigned one is used",
    )
    public_url: str | None = optional(
        names.PUBLIC_URL,
        "the address that `Location` and the other links start with",
        parse=_url,
        shown_default="the request's own",
    )
    policy: Policy = group(Policy)
    environments_file: str | None = optional(
        names.ENVIRONMENTS,
        "the file of [environments](#environments)",
        shown_default="`environments.json` beside the app",
    )
    key_file: str | None = optional(
        names.KEY_FILE,
        "the key that seals secrets, a file by its absolute path: for development "
        "([security](security.md)). Without it sensitive parameters are refused. The runner reads it, too",
        parse=_absolute_path,
    )
    user_header: bool = flag(
        names.USER_HEADER,
        "`true` lets `X-Slipway-User` name the caller, on one machine without sign-in; refused together "
        f"with `{names.EASY_AUTH}`",
        shown_default="`false`",
    )
    jobs_dir: str = required(
        names.JOBS_DIR,
        "the folder in which jobs run, on one machine",
        missing="the folder in which jobs run",
    )
    log_level: str = optional(
        names.LOG_LEVEL,
        "the minimum level of log lines: `DEBUG`, `INFO`, `WARNING` or `ERROR`. "
        "[The host's level](#log-levels) must allow the line, too",
        parse=_log_level,
        default="INFO",
        shown_default="`INFO`",
    )
    easy_auth: bool = flag(
        names.EASY_AUTH,
        "set by Azure if App Service authentication is on: then a caller must be signed in",
    )

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Return the settings from the environment. Raises SettingsInvalid with every problem."""
        settings, problems = read_settings(cls, os.environ if environ is None else environ)
        problems += _contradictions(settings)
        if problems:
            raise SettingsInvalid(problems)
        return settings


def timer_schedules(environ: Mapping[str, str] | None = None) -> dict[Timer, str]:
    """Return the schedules for the declaration of the timers, before the settings are read.

    A `%NAME%` in the declaration would not do: without such an app setting the host silently drops the
    timer's function. It also drops one with a wrong schedule, so here the default replaces a wrong schedule;
    `Settings.from_env` reports it.
    """
    policy, _ = read_settings(Policy, os.environ if environ is None else environ)
    return policy.schedules


def _contradictions(settings: Settings) -> Iterator[str]:
    """Yield the problems of settings that contradict each other."""
    if settings.user_header and settings.easy_auth:
        yield (
            f"'{names.USER_HEADER}' lets callers name themselves and is for one machine without sign-in: "
            f"it cannot be set together with '{names.EASY_AUTH}'"
        )
    if settings.storage_connection_string:
        return
    if not (settings.table_service_uri and settings.blob_service_uri and settings.queue_service_uri):
        yield (
            f"no storage is set: set '{names.STORAGE}' (a connection string), or "
            f"'{names.TABLE_SERVICE_URI}', '{names.BLOB_SERVICE_URI}' and '{names.QUEUE_SERVICE_URI}' "
            "for a managed identity"
        )
    # The host's queue triggers use the client id only together with the credential.
    named = settings.storage_client_id or settings.storage_credential
    if named and (settings.storage_credential or "").lower() != "managedidentity":
        yield (
            f"'{names.STORAGE_CREDENTIAL}' must be 'managedidentity' if '{names.STORAGE_CLIENT_ID}' is "
            "set: the queue triggers use that identity only with both"
        )
