"""The two blobs of a timer in the container `azure-webjobs-hosts`: its status and its lock.

The lease of the lock makes sure that only one host runs a timer. In the real host this lease expires a minute
after the host was killed. Here it never expires: the lock names its process, and the next host breaks the
lease once that process is dead.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.storage.blob import BlobLeaseClient, BlobServiceClient

from functions.adapters.launchers.process_table import boot_id, execution_name, parse_execution, start_time
from local.host.timers.schedule_monitor import ScheduleStatus

_CONTAINER = "azure-webjobs-hosts"
_HOST_ID = "development"
_OWNER = "owner"
_INFINITE = -1
_CONFLICTS = (409, 412)


class TimerStorage:
    """The blobs of the timer `function_name`."""

    def __init__(self, service: BlobServiceClient, function_name: str) -> None:
        self._container = service.get_container_client(_CONTAINER)
        self._me = execution_name(os.getpid())
        name = f"{_HOST_ID}/Host.Functions.{function_name}"
        self._status = self._container.get_blob_client(f"timers/{name}/status")
        self._lock = self._container.get_blob_client(f"locks/{name}.Listener")

    def read_status(self) -> ScheduleStatus | None:
        """Return the recorded status, or None if there is none."""
        try:
            record = json.loads(self._status.download_blob().readall())
        except ResourceNotFoundError:
            return None
        last = record["Last"]
        return ScheduleStatus(
            datetime.fromisoformat(last) if last else None,
            datetime.fromisoformat(record["Next"]),
            datetime.fromisoformat(record["LastUpdated"]),
        )

    def write_status(self, status: ScheduleStatus) -> None:
        """Record a status."""
        self._status.upload_blob(json.dumps(status.as_record()), overwrite=True)

    def take_lock(self) -> bool:
        """Take the lock; return False if another living process has it."""
        self._create_lock()
        self._break_orphaned_lock()
        lease = BlobLeaseClient(self._lock)
        try:
            lease.acquire(lease_duration=_INFINITE)
            # This changes the ETag, so a client that read the former owner can no longer break the lock.
            self._lock.set_blob_metadata({_OWNER: self._me}, lease=lease)
        except HttpResponseError as error:
            if error.status_code not in _CONFLICTS:
                raise
            return False
        return True

    def _create_lock(self) -> None:
        with _conflicts_ignored():
            self._container.create_container()
        with _conflicts_ignored():
            self._lock.upload_blob(b"", overwrite=False, metadata={_OWNER: self._me})

    def _break_orphaned_lock(self) -> None:
        """Break the lease of a dead process, or of this one if an earlier try to take the lock failed."""
        properties = self._lock.get_blob_properties()
        owner = str(properties.metadata[_OWNER])
        if properties.lease.state == "leased" and (owner == self._me or not _is_alive(owner)):
            with _conflicts_ignored():
                BlobLeaseClient(self._lock).break_lease(
                    lease_break_period=0, etag=properties.etag, match_condition=MatchConditions.IfNotModified
                )


@contextmanager
def _conflicts_ignored() -> Iterator[None]:
    try:
        yield
    except HttpResponseError as error:
        if error.status_code not in _CONFLICTS:
            raise


def _is_alive(owner: str) -> bool:
    process = parse_execution(owner)
    return process.boot == boot_id() and start_time(process.pid) == process.started
