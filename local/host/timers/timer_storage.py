"""A timer's two blobs in container `azure-webjobs-hosts`: what the host remembers, and a lock.

The lock's lease keeps a timer to one host at a time. Unlike the real host's, which runs out a minute after
its host was killed, the lease has no end: the lock names its process, and the next host breaks the lease once
that process is dead.
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
        """Return what was recorded last, None where nothing was."""
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
        """Take the lock; False while another living process has it."""
        self._make_lock()
        self._break_orphaned_lock()
        lease = BlobLeaseClient(self._lock)
        try:
            lease.acquire(lease_duration=_INFINITE)
            # changes the ETag: who saw the owner before this one can no longer break the lock
            self._lock.set_blob_metadata({_OWNER: self._me}, lease=lease)
        except HttpResponseError as error:
            if error.status_code not in _CONFLICTS:
                raise
            return False
        return True

    def _make_lock(self) -> None:
        with _conflicts_ignored():
            self._container.create_container()
        with _conflicts_ignored():
            self._lock.upload_blob(b"", overwrite=False, metadata={_OWNER: self._me})

    def _break_orphaned_lock(self) -> None:
        """Break the lease of a process that is dead, or of this one, which died or was cut off from storage
        while it took the lock.
        """
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
