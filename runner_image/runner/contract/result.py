"""Hands the verdict over. Nothing matters more: while storage is away it is tried again and again."""

from __future__ import annotations

import logging
from collections.abc import Callable

from functions.domain.errors import SlipwayError
from functions.domain.jobs import blob_names
from functions.domain.jobs.doorbell import Doorbell
from functions.domain.jobs.job_contract import JobResult
from functions.ports import ArtifactStore, DoorbellQueue
from runner.contract.storage_retry import retry_until_available
from runner.settings import Settings

# Longer than the margin after which a job counts as lost whatever happens (docs/rules.md rule 7).
_RESULT_PATIENCE = 3600.0
_RING_PATIENCE = 5.0

_log = logging.getLogger(__name__)


def write_result(store: ArtifactStore, settings: Settings, result: JobResult) -> bool:
    """Make this the job's verdict; False where another was there first, and ours is kept as late result.

    Raises StorageUnavailable where storage stayed away for an hour.
    """
    data = result.to_json()
    name = blob_names.job_result(settings.operation_id, settings.job)
    if retry_until_available(lambda: store.create(name, data), seconds=_RESULT_PATIENCE):
        return True
    _log.warning("writing the result: the job has another verdict already, keeping this one as a late result")
    late = blob_names.late_result(settings.operation_id, settings.job)
    retry_until_available(lambda: store.create(late, data), seconds=_RESULT_PATIENCE)
    return False


def notify(open_completions: Callable[[], DoorbellQueue], settings: Settings) -> None:
    """Ask for a look at the deployment. Nothing is lost without: the reconciler looks too."""
    bell = Doorbell(settings.deployment_id, settings.correlation_id)
    try:
        queue = open_completions()
        retry_until_available(lambda: queue.notify(bell), seconds=_RING_PATIENCE)
    except SlipwayError as error:
        _log.warning("ringing for completion: %s", error)
