"""What the store does without an answer: real storage behind a client that loses answers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from azure.core.exceptions import AzureError, HttpResponseError, ServiceRequestError, ServiceResponseError

from functions.adapters.storage.blob_artifacts import BlobArtifactStore
from functions.adapters.storage.clients import StorageClients
from functions.adapters.storage.table_deployments import TableDeploymentStore
from functions.domain.deployments import transitions
from functions.domain.errors import AlreadyExists, ConcurrentChange, OutcomeUnknown, StorageUnavailable
from tests.builders import AT, a_deployment

LOST = ServiceResponseError("the connection was closed")
NEVER_SENT = ServiceRequestError("connection refused")


def answered(status: int) -> HttpResponseError:
    error = HttpResponseError("so said the service")
    error.status_code = status
    return error


class UnreliableTable:
    """A table whose next transactions fail as told: before they are carried out, or after."""

    def __init__(self, table: Any) -> None:
        self.table = table
        self.before: list[AzureError | Callable[[], None] | None] = []
        self.after: list[AzureError | None] = []
        self.reads: list[AzureError] = []
        self.transactions = 0

    def submit_transaction(self, *args: Any, **kwargs: Any) -> Any:
        self.transactions += 1
        fault = self.before.pop(0) if self.before else None
        if isinstance(fault, AzureError):
            raise fault
        if fault is not None:
            fault()
        answer = self.table.submit_transaction(*args, **kwargs)
        lost = self.after.pop(0) if self.after else None
        if lost is not None:
            raise lost
        return answer

    def get_entity(self, *args: Any, **kwargs: Any) -> Any:
        if self.reads:
            raise self.reads.pop(0)
        return self.table.get_entity(*args, **kwargs)


@pytest.fixture
def table(clients: StorageClients) -> UnreliableTable:
    return UnreliableTable(clients.deployments)


@pytest.fixture
def store(table: UnreliableTable, clients: StorageClients) -> TableDeploymentStore:
    return TableDeploymentStore(table, BlobArtifactStore(clients.container))  # type: ignore[arg-type]  # stands for one


@pytest.mark.parametrize("fault", [LOST, answered(500), answered(503)])
def test_a_creation_whose_answer_was_lost_is_found_to_be_ours(
    store: TableDeploymentStore, table: UnreliableTable, fault: AzureError
) -> None:
    change = transitions.accepted(a_deployment())
    table.after = [fault]

    store.create(change)

    assert store.get(change.deployment.deployment_id) is not None
    assert table.transactions == 1


@pytest.mark.parametrize("fault", [LOST, NEVER_SENT, answered(500), answered(503), answered(429)])
def test_a_creation_that_did_not_arrive_is_sent_again(
    store: TableDeploymentStore, table: UnreliableTable, fault: AzureError
) -> None:
    change = transitions.accepted(a_deployment())
    table.before = [fault]

    store.create(change)

    stored = store.get(change.deployment.deployment_id)
    assert stored is not None
    assert stored.deployment == change.deployment


def test_a_move_whose_answer_was_lost_can_be_gone_on_from(
    store: TableDeploymentStore, table: UnreliableTable
) -> None:
    change = transitions.accepted(a_deployment())
    store.create(change)
    stored = store.get(change.deployment.deployment_id)
    assert stored is not None
    table.after = [LOST]

    moved = store.commit(stored, transitions.job_started(stored.deployment, AT, "pid-1-2"))

    store.commit(moved, transitions.runner_silent(moved.deployment, AT))


def test_a_lost_move_that_others_have_moved_on_from_since_is_no_error_and_no_place_to_go_on_from(
    store: TableDeploymentStore, table: UnreliableTable
) -> None:
    change = transitions.accepted(a_deployment())
    store.create(change)
    stored = store.get(change.deployment.deployment_id)
    assert stored is not None
    ours = transitions.job_started(stored.deployment, AT, "pid-1-2")
    reached = store.commit(stored, ours)
    store.commit(reached, transitions.runner_silent(reached.deployment, AT))
    table.before = [LOST]

    moved = store.commit(stored, ours)

    with pytest.raises(ConcurrentChange):
        store.commit(moved, transitions.runner_heard(ours.deployment, AT))


def test_an_outcome_that_cannot_be_read_back_is_unknown(
    store: TableDeploymentStore, table: UnreliableTable
) -> None:
    table.after = [LOST]
    table.reads = [LOST]

    with pytest.raises(OutcomeUnknown):
        store.create(transitions.accepted(a_deployment()))


def test_an_answer_that_is_lost_again_and_again_leaves_the_outcome_unknown(
    store: TableDeploymentStore, table: UnreliableTable
) -> None:
    table.before = [LOST, LOST, LOST]

    with pytest.raises(OutcomeUnknown):
        store.create(transitions.accepted(a_deployment()))


def test_storage_that_cannot_be_reached_has_surely_written_nothing(
    store: TableDeploymentStore, table: UnreliableTable
) -> None:
    table.before = [NEVER_SENT, NEVER_SENT, NEVER_SENT]
    change = transitions.accepted(a_deployment())

    with pytest.raises(StorageUnavailable) as unavailable:
        store.create(change)

    assert not isinstance(unavailable.value, OutcomeUnknown)
    assert store.get(change.deployment.deployment_id) is None


def test_storage_that_goes_away_after_a_lost_answer_leaves_the_outcome_unknown(
    store: TableDeploymentStore, table: UnreliableTable
) -> None:
    table.before = [LOST, NEVER_SENT, NEVER_SENT]

    with pytest.raises(OutcomeUnknown):
        store.create(transitions.accepted(a_deployment()))


def test_somebody_elses_creation_is_told_from_ours_though_the_answer_was_lost(
    store: TableDeploymentStore, table: UnreliableTable
) -> None:
    deployment = a_deployment()
    store.create(transitions.accepted(deployment))
    table.before = [LOST]

    with pytest.raises(AlreadyExists):
        store.create(transitions.accepted(deployment))


def test_a_refusal_is_not_tried_again(store: TableDeploymentStore, table: UnreliableTable) -> None:
    table.before = [answered(403)]

    with pytest.raises(StorageUnavailable, match="check the storage account's key"):
        store.create(transitions.accepted(a_deployment()))

    assert table.transactions == 1


def test_a_transaction_that_arrives_late_is_made_once_though_it_was_sent_twice(
    store: TableDeploymentStore, table: UnreliableTable, clients: StorageClients
) -> None:
    change = transitions.accepted(a_deployment())
    twin = TableDeploymentStore(clients.deployments, BlobArtifactStore(clients.container))
    overtaken = threading.Event()

    def overtake() -> None:
        twin.create(change)
        overtaken.set()

    table.before = [LOST, overtake]

    store.create(change)

    assert overtaken.is_set()
    assert len(store_events(clients, change.deployment.deployment_id)) == 1


def store_events(clients: StorageClients, deployment_id: str) -> list[Any]:
    store = TableDeploymentStore(clients.deployments, BlobArtifactStore(clients.container))
    return store.events(deployment_id, after=0, limit=10)
