"""What the services need from the outside, as protocols. `functions/adapters` has the implementations,
`tests/fakes` the ones that live in memory; both pass the contract tests of `tests/contract`.

Every method may raise StorageUnavailable where it touches storage; only further errors are named here.
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
    """A deployment as read, with the ETag of its row."""

    deployment: Deployment
    etag: str


class DeploymentStore(Protocol):
    """The truth: one partition per deployment, every change one transaction under the deployment row's
    ETag.
    """

    def create(self, change: Change) -> None:
        """Write a new deployment. Raises AlreadyExists where another one has the id, OutcomeUnknown where
        the answer was lost and could not be read back; a lost answer that turns out to be ours is no error.
        """

    def get(self, deployment_id: str) -> Stored | None:
        """The deployment with its newest operation, or None."""

    def commit(self, stored: Stored, change: Change) -> Stored:
        """Write a move made from `stored`. Raises ConcurrentChange where somebody else moved first or the
        change's idempotency key was used already, OutcomeUnknown as `create` does.
        """

    def operation(self, operation_id: str) -> Operation | None:
        """One operation by a point read, or None."""

    def operations(self, deployment_id: str) -> list[Operation]:
        """Every operation of a deployment, in the order they were accepted."""

    def key(self, deployment_id: str, fingerprint: str) -> IdempotencyRecord | None:
        """What a request with that idempotency key has made on an existing deployment, or None."""

    def purge(self, deployment_id: str) -> None:
        """Remove all that is known of a deployment, its own row last; harmless where there is nothing."""

    def events(self, deployment_id: str, *, after: int, limit: int) -> list[Event]:
        """The audit trail in order, from the event after sequence `after`."""

    def ping(self) -> None:
        """Return if the store answers."""


@dataclass(frozen=True, slots=True)
class ActiveEntry:
    """Something unfinished: an operation, or (`key` is the deployment's own id) a deployment that is to
    expire or is being deleted. Reconcile looks at it from `due_at` on.

    `lane` is whose operation it is (caller and environment, hashed), where it waits for a free place.
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
    """One row of a list. While `finished` is false its status is that of the time it was written: ask the
    store. Times are text, as they are stored and shown: a list is read far more often than it is written.
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
    finished: bool


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A list request: the filters that are given must all hold; `token` is that of the page before;
    `requests` asks for what users requested by a resource's type.
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
    """Newest first; may be short, or even empty, with a token."""

    entries: list[ListEntry] = field(default_factory=list)
    token: str | None = None


class DeploymentIndex(Protocol):
    """What finds deployments without scanning them. Derived: the store wins wherever the two differ."""

    def add_active(self, entry: ActiveEntry) -> bool:
        """Write the entry unless its key has one; True if it was written. False, too, where it was written by
        an attempt whose answer was lost.
        """

    def put_active(self, entry: ActiveEntry) -> None:
        """Write the entry, over the one before."""

    def remove_active(self, key: str) -> None:
        """Remove the entry; harmless where there is none."""

    def remove_abandoned(self, entry: ActiveEntry) -> bool:
        """Remove an entry as it was read; False where it was written anew since, and stays."""

    def active(self, *, due_before: datetime) -> list[ActiveEntry]:
        """Every entry whose `due_at` has come; `due_before` itself counts as come."""

    def put_running(self, entry: ActiveEntry) -> None:
        """Count the operation as running, beside its `active` entry."""

    def remove_running(self, key: str) -> bool:
        """Count it no more; True if it was counted."""

    def running(self) -> list[ActiveEntry]:
        """Every operation that counts as running."""

    def put_waiting(self, entry: ActiveEntry) -> None:
        """Put the operation in line for a free place, beside its `active` entry, by its `created_at`."""

    def remove_waiting(self, entry: ActiveEntry) -> bool:
        """Take it out of the line; True if it was in it, so that of all who take it one alone has it."""

    def oldest_waiting(self, limit: int) -> list[ActiveEntry]:
        """The first of the line, `limit` at most; costs no more than what it gives."""

    def put_list_rows(self, deployment: Deployment) -> None:
        """Write the deployment's list rows; keys never change, so writing again replaces them."""

    def remove_list_rows(self, listed: Listed) -> None:
        """Remove a deployment's list rows; harmless where there are none."""

    def page(self, query: ListQuery) -> ListPage:
        """One page. Raises RequestRefused `bad_token` for a token that was not made here."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A blob as read. `age_seconds` is by the storage service's own clock."""

    data: bytes
    age_seconds: float


class ArtifactStore(Protocol):
    """Blobs, by the names of `domain/jobs/blob_names.py`."""

    def create(self, name: str, data: bytes) -> bool:
        """Write unless the name is taken; True if the blob now holds exactly `data`, so that a repeated or
        half-answered create of the same bytes is True as well.
        """

    def read(self, name: str) -> Artifact | None:
        """The whole blob, or None."""

    def overwrite(self, name: str, data: bytes) -> None:
        """Write, over what was there (heartbeats only)."""

    def append(self, name: str, data: bytes, *, offset: int) -> int:
        """Append at `offset`, which is the length so far; gives the new length. An append whose answer was
        lost is not doubled. Raises AlreadyExists where somebody else has appended there.
        """

    def read_from(self, name: str, offset: int, limit: int) -> bytes | None:
        """Up to `limit` bytes from `offset` (empty at or past the end), or None where there is no blob."""

    def size(self, name: str) -> int | None:
        """The blob's length in bytes, or None."""

    def delete(self, name: str) -> None:
        """Remove the blob; harmless where there is none."""

    def names(self, prefix: str) -> list[str]:
        """The name of every blob that begins with `prefix`."""

    def ping(self) -> None:
        """Return if the store answers."""


class SecretBox(Protocol):
    """Seals bytes so that only Slipway can read them again. `name` is the blob they go into: a sealed value
    that was moved elsewhere does not open.
    """

    def seal(self, data: bytes, *, name: str) -> bytes:
        """The sealed bytes, other ones each time. Raises SecretBoxUnavailable."""

    def open(self, sealed: bytes, *, name: str) -> bytes:
        """The inverse of `seal`. Raises UnsealFailed where they are not what was sealed under this name,
        SecretBoxUnavailable where the key cannot be had.
        """


class WakeUpQueue(Protocol):
    """The queues `operations` and `completions`: they carry wake-ups and no facts."""

    def notify(self, wake_up: WakeUp, *, delay_seconds: int = 0) -> None:
        """Ask for a look at the deployment."""

    def ping(self) -> None:
        """Return if the queue answers."""


@dataclass(frozen=True, slots=True)
class JobStart:
    """What a launcher gets: everything else the runner reads from storage."""

    deployment_id: str
    operation_id: str
    job: int
    correlation_id: str


class JobLauncher(Protocol):
    """Starts the runner and looks at its executions. An execution's name is the launcher's own."""

    def start(self, job: JobStart) -> str:
        """Start a runner; gives the execution's name. Raises LaunchRefused."""

    def is_over(self, execution: str) -> bool:
        """True only with proof that this execution has ended and nothing of it runs any more; False else,
        also where the launcher cannot tell. Raises LaunchRefused where the platform did not answer.
        """

    def stop(self, execution: str) -> None:
        """End the execution by force; harmless where it is over. Raises LaunchRefused."""

    def log_end(self, execution: str) -> str:
        """Return the last lines that an execution printed, without the secrets of its environment; an empty
        text where it printed nothing or the launcher has nothing. Raises LaunchRefused.
        """

    def sweep(self) -> None:
        """Remove what dead executions left behind, but for the end of what they printed."""


class TemplateCatalog(Protocol):
    """The templates that this app was packaged with."""

    def list(self) -> Sequence[TemplateEntry]:
        """Every template, by address."""

    def get(self, provider_type: str, name: str) -> TemplateEntry | None:
        """One template, or None."""

    def nearest(self, provider_type: str, name: str) -> str | None:
        """The name that the caller may have meant, or None."""

    def bundle(self, entry: TemplateEntry) -> bytes:
        """The template's files as one archive. Raises CatalogDrift."""
