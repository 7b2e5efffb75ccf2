"""Writes the job's result, retrying while storage is unavailable, and notifies the app."""

from __future__ import annotations

import logging
from collections.abc import Callable

from functions.domain.errors import SlipwayError
from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import JobResult
from functions.domain.jobs.wake_up import WakeUp
from functions.ports import ArtifactStore, WakeUpQueue
from runner.contract.storage_retry import retry_until_available
from runner.settings import Settings

# Longer than the margin after which a job counts as lost in any case (docs/rules.md rule 7).
_RESULT_TIMEOUT_SECONDS = 3600.0
_NOTIFY_TIMEOUT_SECONDS = 5.0

_log = logging.getLogger(__name__)


def write_result(store: ArtifactStore, settings: Settings, result: JobResult) -> bool:
    """Write the job's result; if the job has one already, keep this one as its late result and return False.

    Raises StorageUnavailable if storage was unavailable for an hour.
    """
    data = result.to_json()
    name = blob_names.job_result(settings.operation_id, settings.job)
    if retry_until_available(lambda: store.create(name, data), seconds=_RESULT_TIMEOUT_SECONDS):
        return True
    _log.warning("writing the result: the job already has a result, keeping this one as a late result")
    late = blob_names.late_result(settings.operation_id, settings.job)
    retry_until_available(lambda: store.create(late, data), seconds=_RESULT_TIMEOUT_SECONDS)
    return False


def notify(open_completions: Callable[[], WakeUpQueue], settings: Settings) -> None:
    """Notify the app that the job has ended. If the message is lost, reconcile finds the result later."""
    wake_up = WakeUp(settings.deployment_id, settings.correlation_id)
    try:
        queue = open_completions()
        retry_until_available(lambda: queue.notify(wake_up), seconds=_NOTIFY_TIMEOUT_SECONDS)
    except SlipwayError as error:
        _log.warning("notifying the app that the job has ended: %s", error)
