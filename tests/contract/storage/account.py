"""A storage account with direct access, and with access through a proxy that breaks connections."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any

from functions.adapters.storage.blob_artifacts import BlobArtifactStore
from functions.adapters.storage.clients import StorageClients
from functions.adapters.storage.queue_wake_ups import QueueWakeUps
from functions.adapters.storage.table_deployments import TableDeploymentStore
from functions.adapters.storage.table_due import TableDueDeployments
from functions.adapters.storage.table_index import TableDeploymentIndex
from functions.adapters.storage.table_timer_runs import TableTimerRuns
from functions.domain.deployments import transitions
from functions.ports import ActiveEntry, ListQuery, Stored
from tests.builders import AT, a_deployment


class Adapters:
    """All storage adapters of one account."""

    def __init__(self, clients: StorageClients) -> None:
        self.clients = clients
        self.blobs = BlobArtifactStore(clients.container)
        self.store = TableDeploymentStore(clients.deployments, self.blobs)
        self.index = TableDeploymentIndex(clients.index)
        self.due = TableDueDeployments(clients.index)
        self.timer_runs = TableTimerRuns(clients.index)
        self.wake_ups = QueueWakeUps(clients.operations)


class Account:
    """An account with data of each kind. `broken` accesses it through a proxy, `direct` without."""

    def __init__(self, direct: StorageClients, broken: StorageClients) -> None:
        self.direct = Adapters(direct)
        self.broken = Adapters(broken)
        self.deployment = a_deployment()
        self.large = a_deployment(parameters={"text": "x" * 40_000})
        for deployment in (self.deployment, self.large):
            self.direct.store.create(transitions.accepted(deployment))
        self.direct.index.put_list_rows(self.deployment)
        self.direct.blobs.create("blob", b"what it holds")
        self.direct.blobs.append("log", b"0123456789", offset=0)
        self._unbroken: dict[str, Any] = {}

    def unbroken(self, name: str, call: Callable[[Account], Any]) -> Any:
        """Return the result of the call without broken connections."""
        if name not in self._unbroken:
            whole = copy(self)
            whole.broken = self.direct
            self._unbroken[name] = call(whole)
        return self._unbroken[name]

    def new_deployment(self) -> Stored:
        """Return a new deployment in the store."""
        deployment = a_deployment()
        self.direct.store.create(transitions.accepted(deployment))
        stored = self.direct.store.get(deployment.deployment_id)
        assert stored is not None
        return stored

    def entry(self, key: str) -> ActiveEntry | None:
        """Return the active entry of a key, or None."""
        return next((entry for entry in self.direct.index.active(due_before=AT) if entry.key == key), None)

    def listed(self, deployment_id: str) -> bool:
        """Return True if the deployment is in the list of all."""
        page = self.direct.index.page(ListQuery(limit=1000))
        return deployment_id in [entry.deployment_id for entry in page.entries]
