"""`python -m runner`: run the one job that the environment names; runner_image/README.md is the contract."""

from __future__ import annotations

import logging
import os
import signal
import sys

from functions.adapters.launchers.process_table import execution_name
from functions.adapters.sealing.key_file import KeyFileBox
from functions.adapters.storage.blob_artifacts import BlobArtifactStore
from functions.adapters.storage.clients import StorageClients
from functions.domain.errors import SettingsInvalid, StorageUnavailable
from functions.ports import WakeUpQueue
from runner.engines.base import Engines
from runner.engines.registry import ENGINES
from runner.exit_codes import ExitCode
from runner.process.stop import Stop, StopReason
from runner.run_job import JobDependencies, run_job
from runner.settings import Settings

_log = logging.getLogger("runner")


def main(engines: Engines = ENGINES) -> ExitCode:
    """Read the settings, run the job and return the exit code of the process."""
    # The files of an engine, above all its state, may hold secrets.
    os.umask(0o077)
    try:
        settings = Settings.from_env(os.environ)
    except SettingsInvalid as error:
        logging.basicConfig()
        _log.error("%s", error)
        return ExitCode.SETTINGS_INVALID
    _set_up_logging(settings)
    stop = _stop_on_signals()
    try:
        return run_job(_job_dependencies(settings, engines, stop))
    except StorageUnavailable as error:
        _log.error("running the job: %s, for too long; check the storage account and the way to it", error)
        return ExitCode.STORAGE_UNAVAILABLE


def _job_dependencies(settings: Settings, engines: Engines, stop: Stop) -> JobDependencies:
    clients = StorageClients(
        settings.storage_connection_string,
        blob_service_uri=settings.blob_service_uri,
        queue_service_uri=settings.queue_service_uri,
        client_id=settings.storage_client_id,
    )

    def open_completions() -> WakeUpQueue:
        from functions.adapters.storage.queue_wake_ups import QueueWakeUps

        return QueueWakeUps(clients.completions)

    return JobDependencies(
        settings=settings,
        engines=engines,
        holder=settings.execution_name or execution_name(os.getpid()),
        store=BlobArtifactStore(clients.container),
        box=KeyFileBox(settings.key_file) if settings.key_file else None,
        open_completions=open_completions,
        stop=stop,
    )


def _stop_on_signals() -> Stop:
    stop = Stop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.request(StopReason.RUNNER_STOPPED))
    return stop


def _set_up_logging(settings: Settings) -> None:
    ids = f"{settings.operation_id} job {settings.job} correlation {settings.correlation_id}"
    logging.basicConfig(format=f"%(asctime)s %(levelname)s {ids} %(message)s", level=logging.INFO)
    # The SDKs log every request at INFO.
    logging.getLogger("azure").setLevel(logging.WARNING)


if __name__ == "__main__":
    sys.exit(main())
