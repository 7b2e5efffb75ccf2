from __future__ import annotations

import threading
from copy import deepcopy
from dataclasses import dataclass, field

from functions.domain.deployments.change import Change
from functions.domain.deployments.deployment import Deployment, IdempotencyRecord
from functions.domain.deployments.event import Event
from functions.domain.deployments.operation import Operation
from functions.domain.errors import AlreadyExists, ConcurrentChange, StorageUnavailable
from functions.domain.identifiers import parse_operation_id
from functions.ports import Stored


@dataclass
class _Partition:
    deployment: Deployment
    version: int = 0
    operations: dict[int, Operation] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    keys: dict[str, IdempotencyRecord] = field(default_factory=dict)

    def write(self, change: Change) -> None:
        change = deepcopy(change)
        self.deployment = change.deployment
        self.operations.update({operation.number: operation for operation in change.operations})
        self.events.extend(change.events)
        if change.record:
            self.keys[change.record.fingerprint] = change.record
        self.version += 1

    def has(self, change: Change) -> bool:
        return any(event.transition_id == change.event.transition_id for event in self.events)

    @property
    def etag(self) -> str:
        return f'W/"{self.version}"'


class MemoryDeploymentStore:
    """`refuse_creates` stands for storage that is down; `fail_creates_with` is raised by every create."""

    def __init__(self) -> None:
        self.refuse_creates = False
        self.fail_creates_with: Exception | None = None
        self._partitions: dict[str, _Partition] = {}
        self._lock = threading.Lock()

    def create(self, change: Change) -> None:
        if self.refuse_creates:
            raise StorageUnavailable("creating a deployment: storage could not be reached")
        if self.fail_creates_with:
            raise self.fail_creates_with
        deployment_id = change.deployment.deployment_id
        with self._lock:
            partition = self._partitions.get(deployment_id)
            if partition is None:
                partition = self._partitions[deployment_id] = _Partition(change.deployment)
                partition.write(change)
            elif not partition.has(change):
                raise AlreadyExists(f"creating deployment '{deployment_id}': another client was first")

    def get(self, deployment_id: str) -> Stored | None:
        with self._lock:
            partition = self._partitions.get(deployment_id)
            return Stored(deepcopy(partition.deployment), partition.etag) if partition else None

    def commit(self, stored: Stored, change: Change) -> Stored:
        deployment_id = change.deployment.deployment_id
        with self._lock:
            partition = self._partitions.get(deployment_id)
            if partition is not None and partition.has(change):
                moved_on = partition.deployment.event_count != change.events[-1].sequence
                return Stored(change.deployment, stored.etag if moved_on else partition.etag)
            used = (
                partition is not None
                and change.record is not None
                and change.record.fingerprint in partition.keys
            )
            if partition is None or partition.etag != stored.etag or used:
                raise ConcurrentChange(f"changing deployment '{deployment_id}': another client was first")
            partition.write(change)
            return Stored(change.deployment, partition.etag)

    def operation(self, operation_id: str) -> Operation | None:
        parsed = parse_operation_id(operation_id)
        if parsed is None:
            return None
        with self._lock:
            partition = self._partitions.get(parsed[0])
            return deepcopy(partition.operations.get(parsed[1])) if partition else None

    def operations(self, deployment_id: str) -> list[Operation]:
        with self._lock:
            partition = self._partitions.get(deployment_id)
            operations = partition.operations if partition else {}
            return deepcopy([operations[number] for number in sorted(operations)])

    def key(self, deployment_id: str, fingerprint: str) -> IdempotencyRecord | None:
        with self._lock:
            partition = self._partitions.get(deployment_id)
            return partition.keys.get(fingerprint) if partition else None

    def purge(self, deployment_id: str) -> None:
        with self._lock:
            self._partitions.pop(deployment_id, None)

    def events(self, deployment_id: str, *, after: int, limit: int) -> list[Event]:
        with self._lock:
            partition = self._partitions.get(deployment_id)
            events = [event for event in partition.events if event.sequence > after] if partition else []
            return deepcopy(events[:limit])

    def ping(self) -> None:
        """It always answers."""
