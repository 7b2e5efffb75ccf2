"""Every public method of every storage adapter as one call that can be made again and again."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from functions.adapters.storage.blob_artifacts import BlobArtifactStore
from functions.adapters.storage.queue_wake_ups import QueueWakeUps
from functions.adapters.storage.table_deployments import TableDeploymentStore
from functions.adapters.storage.table_due import TableDueDeployments
from functions.adapters.storage.table_index import TableDeploymentIndex
from functions.adapters.storage.table_timer_runs import TableTimerRuns
from functions.domain.deployments import transitions
from functions.domain.deployments.listed import listed_fields
from functions.domain.identifiers import new_deployment_id, operation_id
from functions.domain.jobs.wake_up import WakeUp
from functions.domain.timers import Timer, TimerRun
from functions.maintenance_ports import DueEntry, Sweep
from functions.ports import ListQuery
from tests.builders import AT, a_deployment, an_active_entry
from tests.contract.storage.account import Account, Adapters

ADAPTERS = (
    TableDeploymentStore,
    TableDeploymentIndex,
    TableDueDeployments,
    TableTimerRuns,
    BlobArtifactStore,
    QueueWakeUps,
)

A_RUN = TimerRun(AT, has_run=True)
A_SWEEP = Sweep("1,2,3", AT)


def _name() -> str:
    return f"new-{secrets.token_hex(4)}"


def _create(account: Account) -> Any:
    change = transitions.accepted(a_deployment())
    account.broken.store.create(change)
    deployment_id = change.deployment.deployment_id
    stored = account.direct.store.get(deployment_id)
    return stored is not None, len(account.direct.store.events(deployment_id, after=0, limit=9))


def _commit(account: Account) -> Any:
    before = account.new_deployment()
    stored = account.broken.store.commit(before, transitions.job_started(before.deployment, AT, "pid-1-2"))
    deployment_id = stored.deployment.deployment_id
    assert account.direct.store.get(deployment_id) == stored
    return len(account.direct.store.events(deployment_id, after=0, limit=9))


def _purge(account: Account) -> Any:
    deployment_id = account.new_deployment().deployment.deployment_id
    account.broken.store.purge(deployment_id)
    return account.direct.store.get(deployment_id)


def _add_active(account: Account) -> Any:
    entry = an_active_entry(new_deployment_id())
    account.broken.index.add_active(entry)  # False where its own lost attempt had written it
    written = account.entry(entry.key) == entry
    account.direct.index.remove_active(entry.key)
    return written


def _put_active(account: Account) -> Any:
    entry = an_active_entry(new_deployment_id())
    account.broken.index.put_active(entry)
    written = account.entry(entry.key) == entry
    account.direct.index.remove_active(entry.key)
    return written


def _remove_active(account: Account) -> Any:
    entry = an_active_entry(new_deployment_id())
    account.direct.index.put_active(entry)
    account.broken.index.remove_active(entry.key)
    return account.entry(entry.key)


def _remove_abandoned(account: Account) -> Any:
    account.direct.index.put_active(an_active_entry(new := new_deployment_id()))
    entry = account.entry(operation_id(new, 1))
    assert entry is not None
    return account.broken.index.remove_abandoned(entry), account.entry(entry.key)


def _put_running(account: Account) -> Any:
    entry = an_active_entry(new_deployment_id())
    account.broken.index.put_running(entry)
    return account.direct.index.remove_running(entry.key)


def _remove_running(account: Account) -> Any:
    entry = an_active_entry(new_deployment_id())
    account.direct.index.put_running(entry)
    account.broken.index.remove_running(entry.key)  # False where its own lost attempt had removed it
    return account.direct.index.remove_running(entry.key)


def _put_waiting(account: Account) -> Any:
    entry = an_active_entry(new_deployment_id(), lane="lane")
    account.broken.index.put_waiting(entry)
    return account.direct.index.remove_waiting(entry)


def _remove_waiting(account: Account) -> Any:
    entry = an_active_entry(new_deployment_id(), lane="lane")
    account.direct.index.put_waiting(entry)
    account.broken.index.remove_waiting(entry)  # False where its own lost attempt had removed it
    return account.direct.index.remove_waiting(entry)


def _put_due(account: Account) -> Any:
    entry = DueEntry(listed_fields(a_deployment()), AT)
    account.broken.due.put(entry)
    written = [due for due in account.direct.due.due(AT) if due == entry]
    for due in written:
        account.direct.due.remove(due)
    return written == [entry]


def _remove_due(account: Account) -> Any:
    entry = DueEntry(listed_fields(a_deployment()), AT)
    account.direct.due.put(entry)
    (written,) = [due for due in account.direct.due.due(AT) if due == entry]
    account.broken.due.remove(written)
    return entry in list(account.direct.due.due(AT))


def _put_sweep(account: Account) -> Any:
    account.broken.due.put_sweep(A_SWEEP)
    return account.direct.due.sweep()


def _put_timer_run(account: Account) -> Any:
    account.broken.timer_runs.put(Timer.RECONCILE, A_RUN)
    return account.direct.timer_runs.get(Timer.RECONCILE)


def _add_timer_run(account: Account) -> Any:
    account.broken.timer_runs.add(Timer.RETENTION, A_RUN)
    return account.direct.timer_runs.get(Timer.RETENTION)


def _put_list_rows(account: Account) -> Any:
    deployment = a_deployment()
    account.broken.index.put_list_rows(deployment)
    listed = account.listed(deployment.deployment_id)
    account.direct.index.remove_list_rows(listed_fields(deployment))
    return listed


def _remove_list_rows(account: Account) -> Any:
    deployment = a_deployment()
    account.direct.index.put_list_rows(deployment)
    account.broken.index.remove_list_rows(listed_fields(deployment))
    return account.listed(deployment.deployment_id)


def _page(account: Account) -> Any:
    page = account.broken.index.page(ListQuery(limit=5))
    return account.deployment.deployment_id in [entry.deployment_id for entry in page.entries]


def _create_blob(account: Account) -> Any:
    name = _name()
    return account.broken.blobs.create(name, b"data"), _content(account.direct, name)


def _overwrite(account: Account) -> Any:
    name = _name()
    account.direct.blobs.create(name, b"before")
    account.broken.blobs.overwrite(name, b"after")
    return _content(account.direct, name)


def _append(account: Account) -> Any:
    name = _name()
    length = account.broken.blobs.append(name, b"one", offset=0)
    return account.broken.blobs.append(name, b"two", offset=length), _content(account.direct, name)


def _delete(account: Account) -> Any:
    name = _name()
    account.direct.blobs.create(name, b"data")
    account.broken.blobs.delete(name)
    return _content(account.direct, name)


def _content(adapters: Adapters, name: str) -> Any:
    artifact = adapters.blobs.read(name)
    return None if artifact is None else (artifact.data, artifact.age_seconds < 600)


def _notify(account: Account) -> Any:
    account.broken.wake_ups.notify(WakeUp(account.deployment.deployment_id, "trace-1"))
    messages = list(account.direct.clients.operations.receive_messages())  # more than one after a retry
    for message in messages:
        account.direct.clients.operations.delete_message(message)
    return bool(messages)


CALLS: dict[str, Callable[[Account], Any]] = {
    "TableDeploymentStore.create": _create,
    "TableDeploymentStore.get": lambda a: a.broken.store.get(a.deployment.deployment_id),
    "TableDeploymentStore.get, of large values": lambda a: a.broken.store.get(a.large.deployment_id),
    "TableDeploymentStore.get, of none": lambda a: a.broken.store.get("deploy-0123456789ab"),
    "TableDeploymentStore.commit": _commit,
    "TableDeploymentStore.operation": lambda a: a.broken.store.operation(a.deployment.operation.id),
    "TableDeploymentStore.operations": lambda a: a.broken.store.operations(a.large.deployment_id),
    "TableDeploymentStore.key": lambda a: a.broken.store.key(a.deployment.deployment_id, "none"),
    "TableDeploymentStore.purge": _purge,
    "TableDeploymentStore.events": lambda a: a.broken.store.events(
        a.deployment.deployment_id, after=0, limit=5
    ),
    "TableDeploymentStore.ping": lambda a: a.broken.store.ping(),
    "TableDeploymentIndex.add_active": _add_active,
    "TableDeploymentIndex.put_active": _put_active,
    "TableDeploymentIndex.remove_active": _remove_active,
    "TableDeploymentIndex.remove_abandoned": _remove_abandoned,
    "TableDeploymentIndex.active": lambda a: (
        a.broken.index.active(due_before=AT) == a.direct.index.active(due_before=AT)
    ),
    "TableDeploymentIndex.put_running": _put_running,
    "TableDeploymentIndex.remove_running": _remove_running,
    "TableDeploymentIndex.running": lambda a: a.broken.index.running() == a.direct.index.running(),
    "TableDeploymentIndex.put_waiting": _put_waiting,
    "TableDeploymentIndex.remove_waiting": _remove_waiting,
    "TableDeploymentIndex.oldest_waiting": lambda a: (
        a.broken.index.oldest_waiting(5) == a.direct.index.oldest_waiting(5)
    ),
    "TableDueDeployments.put": _put_due,
    "TableDueDeployments.due": lambda a: list(a.broken.due.due(AT)) == list(a.direct.due.due(AT)),
    "TableDueDeployments.remove": _remove_due,
    "TableDueDeployments.put_sweep": _put_sweep,
    "TableDueDeployments.sweep": lambda a: a.broken.due.sweep() == a.direct.due.sweep(),
    "TableTimerRuns.put": _put_timer_run,
    "TableTimerRuns.add": _add_timer_run,
    "TableTimerRuns.get": lambda a: (
        a.broken.timer_runs.get(Timer.RECONCILE) == a.direct.timer_runs.get(Timer.RECONCILE)
    ),
    "TableDeploymentIndex.put_list_rows": _put_list_rows,
    "TableDeploymentIndex.remove_list_rows": _remove_list_rows,
    "TableDeploymentIndex.page": _page,
    "BlobArtifactStore.create": _create_blob,
    "BlobArtifactStore.create, where one is": lambda a: a.broken.blobs.create("blob", b"other"),
    "BlobArtifactStore.read": lambda a: _content(a.broken, "blob"),
    "BlobArtifactStore.read, of none": lambda a: _content(a.broken, "none"),
    "BlobArtifactStore.overwrite": _overwrite,
    "BlobArtifactStore.append": _append,
    "BlobArtifactStore.read_from": lambda a: a.broken.blobs.read_from("log", 2, 5),
    "BlobArtifactStore.read_from, past the end": lambda a: a.broken.blobs.read_from("log", 20, 5),
    "BlobArtifactStore.size": lambda a: a.broken.blobs.size("log"),
    "BlobArtifactStore.size, of none": lambda a: a.broken.blobs.size("none"),
    "BlobArtifactStore.delete": _delete,
    "BlobArtifactStore.names": lambda a: a.broken.blobs.names("log"),
    "BlobArtifactStore.ping": lambda a: a.broken.blobs.ping(),
    "QueueWakeUps.notify": _notify,
    "QueueWakeUps.ping": lambda a: a.broken.wake_ups.ping(),
}
