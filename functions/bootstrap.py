"""Connects the services to the adapters. No other module imports both.

Nothing is built before the first request or message.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from functions import observability
from functions.domain.clock import now
from functions.once import Once
from functions.services.context import Context
from functions.settings import Settings

if TYPE_CHECKING:
    from functions.adapters.storage.clients import StorageClients
    from functions.ports import SecretBox

log = logging.getLogger("slipway.bootstrap")

APP_ROOT = Path(__file__).resolve().parent.parent


def _build_context() -> Context:
    settings = get_settings()
    observability.configure(settings.log_level)
    return build_context(settings, os.environ)


def build_context(settings: Settings, environ: Mapping[str, str]) -> Context:
    """Return the context, with the real adapters. Runners on this machine get a part of `environ`."""
    from functions.adapters.configuration.environments_file import read_environments
    from functions.adapters.configuration.packaged_catalog import PackagedCatalog
    from functions.adapters.launchers.process_launcher import ProcessLauncher
    from functions.adapters.launchers.runner_environment import runner_environment
    from functions.adapters.launchers.spare_runner import SpareRunner
    from functions.adapters.storage.blob_artifacts import BlobArtifactStore
    from functions.adapters.storage.queue_wake_ups import QueueWakeUps
    from functions.adapters.storage.table_deployments import TableDeploymentStore
    from functions.adapters.storage.table_due import TableDueDeployments
    from functions.adapters.storage.table_index import TableDeploymentIndex
    from functions.adapters.storage.table_timer_runs import TableTimerRuns

    clients = storage_clients(settings)
    for_runner = runner_environment(environ, APP_ROOT)
    artifacts = BlobArtifactStore(clients.container)
    return Context(
        store=TableDeploymentStore(clients.deployments, artifacts),
        index=TableDeploymentIndex(clients.index),
        artifacts=artifacts,
        wake_ups=QueueWakeUps(clients.operations),
        launcher=ProcessLauncher(Path(settings.jobs_dir), for_runner, spare=SpareRunner(for_runner)),
        catalog=PackagedCatalog(APP_ROOT),
        policy=settings.policy,
        environments=read_environments(Path(settings.environments_file or APP_ROOT / "environments.json")),
        timer_runs=TableTimerRuns(clients.index),
        due=TableDueDeployments(clients.index),
        now=now,
        box=secret_box(settings),
    )


def secret_box(settings: Settings) -> SecretBox | None:
    """Return the secret box, or None if no key is set. Without one the app refuses sensitive parameters."""
    if settings.key_file is None:
        return None
    from functions.adapters.sealing.key_file import KeyFileBox

    log.warning("sealing with the key of file '%s': for development only", settings.key_file)
    return KeyFileBox(Path(settings.key_file))


def storage_clients(settings: Settings) -> StorageClients:
    """Return the clients for the storage of the settings."""
    from functions.adapters.storage.clients import StorageClients

    return StorageClients(
        settings.storage_connection_string,
        table_service_uri=settings.table_service_uri,
        blob_service_uri=settings.blob_service_uri,
        queue_service_uri=settings.queue_service_uri,
        client_id=settings.storage_client_id,
    )


# `functools.cache` would build one for each of several first requests at the same time, each with its own
# connection pool and token.
get_settings = Once(Settings.from_env)
"""Return the settings of this process. Raises SettingsInvalid at every call while they are invalid."""

get_context = Once(_build_context)
"""Return the context of this process."""
