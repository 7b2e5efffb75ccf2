"""What the adapters say where storage is down, or lacks what they need."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest

from functions.adapters.storage.blob_artifacts import BlobArtifactStore
from functions.adapters.storage.clients import StorageClients, StorageNames
from functions.adapters.storage.queue_wake_ups import QueueWakeUps
from functions.adapters.storage.table_deployments import TableDeploymentStore
from functions.adapters.storage.table_due import TableDueDeployments
from functions.adapters.storage.table_index import TableDeploymentIndex
from functions.adapters.storage.table_timer_runs import TableTimerRuns
from functions.domain.deployments import transitions
from functions.domain.deployments.listed import listed_fields
from functions.domain.errors import OutcomeUnknown, StorageUnavailable
from functions.domain.jobs.wake_up import WakeUp
from functions.domain.timers import Timer, TimerRun
from functions.maintenance_ports import DueEntry, Sweep
from functions.ports import ListQuery
from tests.azurite import Azurite
from tests.builders import AT, a_deployment, an_active_entry

ID = "deploy-0123456789ab"
RUN = TimerRun(AT, has_run=True)
DUE = DueEntry(listed_fields(a_deployment(ID)), AT)
CALLS: dict[str, Callable[[StorageClients], object]] = {
    "get": lambda c: store(c).get(ID),
    "create": lambda c: store(c).create(transitions.accepted(a_deployment())),
    "operation": lambda c: store(c).operation("op-0123456789ab-1"),
    "events": lambda c: store(c).events(ID, after=0, limit=5),
    "ping the store": lambda c: store(c).ping(),
    "add an active entry": lambda c: TableDeploymentIndex(c.index).add_active(an_active_entry()),
    "put an active entry": lambda c: TableDeploymentIndex(c.index).put_active(an_active_entry()),
    "active": lambda c: TableDeploymentIndex(c.index).active(due_before=AT),
    "put a running entry": lambda c: TableDeploymentIndex(c.index).put_running(an_active_entry()),
    "remove a running entry": lambda c: TableDeploymentIndex(c.index).remove_running("op-0123456789ab-1"),
    "running": lambda c: TableDeploymentIndex(c.index).running(),
    "put a waiting entry": lambda c: TableDeploymentIndex(c.index).put_waiting(an_active_entry()),
    "remove a waiting entry": lambda c: TableDeploymentIndex(c.index).remove_waiting(an_active_entry()),
    "oldest waiting": lambda c: TableDeploymentIndex(c.index).oldest_waiting(3),
    "put list rows": lambda c: TableDeploymentIndex(c.index).put_list_rows(a_deployment()),
    "page": lambda c: TableDeploymentIndex(c.index).page(ListQuery(limit=5)),
    "get a timer's run": lambda c: TableTimerRuns(c.index).get(Timer.RECONCILE),
    "put a timer's run": lambda c: TableTimerRuns(c.index).put(Timer.RECONCILE, RUN),
    "add a timer's run": lambda c: TableTimerRuns(c.index).add(Timer.RECONCILE, RUN),
    "put a due entry": lambda c: TableDueDeployments(c.index).put(DUE),
    "due": lambda c: list(TableDueDeployments(c.index).due(AT)),
    "get the sweep": lambda c: TableDueDeployments(c.index).sweep(),
    "put the sweep": lambda c: TableDueDeployments(c.index).put_sweep(Sweep("logs 90", AT)),
    "create a blob": lambda c: blobs(c).create("x", b"y"),
    "read a blob": lambda c: blobs(c).read("x"),
    "overwrite a blob": lambda c: blobs(c).overwrite("x", b"y"),
    "append": lambda c: blobs(c).append("x", b"y", offset=0),
    "append on": lambda c: blobs(c).append("x", b"y", offset=3),
    "read a part": lambda c: blobs(c).read_from("x", 0, 3),
    "size": lambda c: blobs(c).size("x"),
    "ping the blobs": lambda c: blobs(c).ping(),
    "notify": lambda c: QueueWakeUps(c.operations).notify(WakeUp(ID, "trace-1")),
    "ping the queue": lambda c: QueueWakeUps(c.operations).ping(),
}


def store(clients: StorageClients) -> TableDeploymentStore:
    return TableDeploymentStore(clients.deployments, blobs(clients))


def blobs(clients: StorageClients) -> BlobArtifactStore:
    return BlobArtifactStore(clients.container)


def unused_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@pytest.fixture(scope="module")
def storage_that_is_down(azurite: Azurite) -> Iterator[StorageClients]:
    address = azurite.connection_string
    for port in azurite.ports:
        address = address.replace(f":{port}/", f":{unused_port()}/")
    clients = StorageClients(address)
    yield clients
    clients.close()


@pytest.fixture(scope="module")
def storage_that_is_empty(azurite: Azurite) -> Iterator[StorageClients]:
    names = StorageNames("nothere", "northis", "nothere", "northis", "nothere")
    clients = StorageClients(azurite.connection_string, names=names)
    yield clients
    clients.close()


@pytest.mark.parametrize("call", CALLS)
def test_storage_that_is_down_is_said_to_be_out_of_reach(
    storage_that_is_down: StorageClients, call: str
) -> None:
    with pytest.raises(StorageUnavailable, match="storage could not be reached") as raised:
        CALLS[call](storage_that_is_down)

    assert not isinstance(raised.value, OutcomeUnknown)


# the SDK takes a row of a table that is not there for a row that is not there
_HARMLESS = {"remove a running entry", "remove a waiting entry"}


@pytest.mark.parametrize("call", sorted(CALLS.keys() - _HARMLESS))
def test_a_table_queue_or_container_that_is_missing_is_said_to_be(
    storage_that_is_empty: StorageClients, call: str
) -> None:
    with pytest.raises(StorageUnavailable, match=r"the (table|queue|container) does not exist, create it"):
        CALLS[call](storage_that_is_empty)


def test_a_wrong_key_is_said_to_be_one(azurite: Azurite) -> None:
    clients = StorageClients(azurite.connection_string.replace("AccountKey=Eby8", "AccountKey=AAAA"))

    with pytest.raises(StorageUnavailable, match="check the storage account's key"):
        blobs(clients).read("x")

    clients.close()
