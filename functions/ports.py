"""The ports: protocols through which the services use storage, launchers, the catalog and secrets.

`functions/adapters` implements them, `tests/fakes` too, in memory; both pass the tests in `tests/contract`.
Every method that uses storage may raise StorageUnavailable. The docstrings name only other errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from functions.domain.jobs.wake_up import WakeUp

if TYPE_CHECKING:
    from functions.domain.catalog.template_entry import TemplateEntry
    from functions.domain.deployments.change import Change
    from functions.domain.deployments.deployment import Deployment, IdempotencyRecord
    from functions.domain.deployments.event import Event
    from functions.domain.deployments.listed import Listed
    from functions.domain.deployments.operation import Operation


@dataclass(frozen=True, slots=True)
class Stored:
    """A deployment as it was read, with the ETag of its row."""

    deployment: Deployment
    etag: str


class DeploymentStore(Protocol):
    """The source of truth. Each change is one transaction under the ETag of the deployment's row."""

    def create(self, change: Change) -> None:
        """Write a new deployment.

        Raises AlreadyExists if another deployment has the id, OutcomeUnknown if the response was lost and the
        row could not be read back.
        """

    def get(self, deployment_id: str) -> Stored | None:
        """Return the deployment with its unfinished operations, or None."""

    def commit(self, stored: Stored, change: Change) -> Stored:
        """Write a change that was made from `stored`, and return the result.

        Raises ConcurrentChange if another client changed the deployment first, or if the change's idempotency
        key was used before; OutcomeUnknown as `create` does.
        """

    def operation(self, operation_id: str) -> Operation | None:
        """Return an operation by a point read, or None."""

    def operations(self, deployment_id: str) -> list[Operation]:
        """Return every operation of a deployment, in the order of their creation."""

    def key(self, deployment_id: str, fingerprint: str) -> IdempotencyRecord | None:
        """Return what an earlier request with this idempotency key created on the deployment, or None."""

    def purge(self, deployment_id: str) -> None:
        """Delete every row of a deployment, its own row last. It is no error if there are none."""

    def events(self, deployment_id: str, *, after: int, limit: int) -> list[Event]:
        """Return the events with a sequence above `after`, in order."""

    def ping(self) -> None:
        """Return if the store responds."""


@dataclass(frozen=True, slots=True)
class ActiveEntry:
    """An entry by which reconcile finds unfinished work, which it checks at `due_at` or later.

    `key` is the id of an unfinished operation, or of a deployment that will expire or is being deleted.
    `lane` is the hash of caller and environment, if the operation waits for capacity.
    """

    key: str
    deployment_id: str
    created_at: datetime
    due_at: datetime
    correlation_id: str
    lane: str = ""
    etag: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One row of a list.

    Times are text, as stored and shown, because a list is read far more often than written.
    """

    deployment_id: str
    provider_type: str
    template_name: str
    subscription_id: str | None
    resource_group: str | None
    location: str | None
    created_by: str
    created_at: str
    status: str
    started_at: str | None
    completed_at: str | None
    is_current: bool = True
    """False if an earlier release wrote the row of an unfinished deployment; its status is in the store."""


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A query for a page of the list.

    A deployment must match all filters that are not None. `token` is the token of the previous page.
    `requests` is True for user requests only.
    """

    limit: int
    status: str | None = None
    provider_type: str | None = None
    template_name: str | None = None
    resource_group: str | None = None
    created_by: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    token: str | None = None
    requests: bool = False


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of the list, newest first. It may be short or empty although it has a token."""

    entries: list[ListEntry] = field(default_factory=list)
    token: str | None = None


class DeploymentIndex(Protocol):
    """Finds deployments without a scan. It is derived data: if it differs from the store, the store wins."""

    def add_active(self, entry: ActiveEntry) -> bool:
        """Write the entry, unless its key has one. Return True if this call certainly wrote it."""

    def put_active(self, entry: ActiveEntry) -> None:
        """Write the entry. It replaces the previous one."""

    def remove_active(self, key: str) -> None:
        """Remove the entry. It is no error if there is none."""

    def remove_abandoned(self, entry: ActiveEntry) -> bool:
        """Remove the entry, unless it was written again since it was read; then return False."""

    def active(self, *, due_before: datetime) -> list[ActiveEntry]:
        """Return every entry with a `due_at` up to and including `due_before`."""

    def put_running(self, entry: ActiveEntry) -> None:
        """Count the operation as running, in addition to its `active` entry."""

    def remove_running(self, key: str) -> bool:
        """Stop counting the operation as running. Return True if it was counted."""

    def running(self) -> list[ActiveEntry]:
        """Return every operation that counts as running."""

    def put_waiting(self, entry: ActiveEntry) -> None:
        """Add the operation to those that wait for capacity, ordered by `created_at`."""

    def remove_waiting(self, entry: ActiveEntry) -> bool:
        """Remove the operation from those that wait. Of concurrent callers only one gets True."""

    def oldest_waiting(self, limit: int) -> list[ActiveEntry]:
        """Return the oldest waiting operations, at most `limit`. The cost depends on `limit` only."""

    def put_list_rows(self, deployment: Deployment) -> None:
        """Write the deployment's list rows. Their keys never change, so they replace the previous rows."""

    def remove_list_rows(self, listed: Listed) -> None:
        """Remove a deployment's list rows. It is no error if there are none."""

    def page(self, query: ListQuery) -> ListPage:
        """Return one page. Raises RequestRefused `bad_token` for a token that this API did not issue."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A blob's content. `age_seconds` is measured by the clock of the storage service."""

    data: bytes
    age_seconds: float


class ArtifactStore(Protocol):
    """Stores blobs. `domain/jobs/blob_names.py` defines their names."""

    def create(self, name: str, data: bytes) -> bool:
        """Write the blob, unless the name is taken. Return True if the blob contains exactly `data` now."""

    def read(self, name: str) -> Artifact | None:
        """Return the blob, or None."""

    def overwrite(self, name: str, data: bytes) -> None:
        """Write the blob. It replaces the previous content (used for heartbeats only)."""

    def append(self, name: str, data: bytes, *, offset: int) -> int:
        """Append at `offset`, the current length, and return the new length. Safe after a lost response.

        Raises AlreadyExists if another client has appended at this offset.
        """

    def read_from(self, name: str, offset: int, limit: int) -> bytes | None:
        """Return at most `limit` bytes from `offset`, none at or after the end, or None without a blob."""

    def size(self, name: str) -> int | None:
        """Return the blob's length in bytes, or None."""

    def delete(self, name: str) -> None:
        """Delete the blob. It is no error if there is none."""

    def names(self, prefix: str) -> list[str]:
        """Return the names of all blobs that begin with `prefix`."""

    def ping(self) -> None:
        """Return if the store responds."""


class SecretBox(Protocol):
    """Encrypts bytes so that only Slipway can read them. `name` is the blob that will contain them: a value
    that was moved to another blob cannot be opened.
    """

    def seal(self, data: bytes, *, name: str) -> bytes:
        """Return the sealed bytes, which differ at each call. Raises SecretBoxUnavailable."""

    def open(self, sealed: bytes, *, name: str) -> bytes:
        """Return the bytes that `seal` was given.

        Raises UnsealFailed if they were not sealed under this name, SecretBoxUnavailable without the key.
        """


class WakeUpQueue(Protocol):
    """The queues `operations` and `completions`. They carry wake-ups and no facts."""

    def notify(self, wake_up: WakeUp, *, delay_seconds: int = 0) -> None:
        """Send a wake-up, which becomes visible after `delay_seconds`."""

    def ping(self) -> None:
        """Return if the queue responds."""


@dataclass(frozen=True, slots=True)
class JobStart:
    """The identity of a job, for its launcher. The runner reads everything else from storage."""

    deployment_id: str
    operation_id: str
    job: int
    correlation_id: str


class JobLauncher(Protocol):
    """Starts runners and checks their executions. The launcher chooses the names of executions."""

    def start(self, job: JobStart) -> str:
        """Start a runner, and return the execution's name. Raises LaunchRefused."""

    def is_over(self, execution: str) -> bool:
        """Return True only with proof that the execution and all its processes have ended, else False.

        Raises LaunchRefused if the platform did not respond.
        """

    def stop(self, execution: str) -> None:
        """Kill the execution. It is no error if it is over. Raises LaunchRefused."""

    def log_end(self, execution: str) -> str:
        """Return the last lines that an execution printed, with secrets masked; an empty text if it has none.

        Raises LaunchRefused.
        """

    def sweep(self) -> None:
        """Remove the files of executions that are over, except the end of their output."""


class TemplateCatalog(Protocol):
    """The templates that are packaged with this app."""

    def list(self) -> Sequence[TemplateEntry]:
        """Return every template, ordered by address."""

    def get(self, provider_type: str, name: str) -> TemplateEntry | None:
        """Return one template, or None."""

    def nearest(self, provider_type: str, name: str) -> str | None:
        """Return the most similar name of a template, or None."""

    def bundle(self, entry: TemplateEntry) -> bytes:
        """Return the template's files as an archive. Raises CatalogDrift."""
