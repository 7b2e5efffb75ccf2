"""The index's entries: what is unfinished, what runs, and what waits for a free place."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.adapters.storage.clients import StorageClients
from functions.adapters.storage.table_index import TableDeploymentIndex
from functions.domain.clock import to_text
from functions.ports import ActiveEntry, DeploymentIndex
from tests.builders import AT, an_active_entry
from tests.fakes import MemoryDeploymentIndex

SECOND = timedelta(seconds=1)
FAR = AT + timedelta(days=1000)


@pytest.fixture(params=["memory", "azurite"])
def index(request: pytest.FixtureRequest) -> DeploymentIndex:
    if request.param == "azurite":
        return TableDeploymentIndex(request.getfixturevalue("clients").index)
    return MemoryDeploymentIndex()


def in_line(number: int, seconds: int, lane: str = "00ff") -> ActiveEntry:
    """An operation that was asked for so many seconds after the first."""
    return an_active_entry(f"deploy-{number:012}", created_at=AT + seconds * SECOND, lane=lane)


def test_an_unfinished_operation_is_active_until_it_is_removed(index: DeploymentIndex) -> None:
    entry = an_active_entry(due_at=AT + SECOND)
    index.put_active(entry)

    assert index.active(due_before=FAR) == [entry]

    index.remove_active(entry.key)
    assert index.active(due_before=FAR) == []


def test_removing_what_is_not_active_is_harmless(index: DeploymentIndex) -> None:
    index.remove_active("deploy-000000000000")


def test_adding_leaves_an_entry_as_it_is_and_putting_replaces_it(index: DeploymentIndex) -> None:
    first, later = an_active_entry(), an_active_entry(due_at=AT + SECOND)
    index.add_active(first)
    index.add_active(later)
    assert index.active(due_before=FAR) == [first]

    index.put_active(later)

    assert index.active(due_before=FAR) == [later]


def test_only_those_are_due_whose_time_has_come(index: DeploymentIndex) -> None:
    for number in range(3):
        index.put_active(an_active_entry(f"deploy-{number:012}", due_at=AT + number * SECOND))

    due = index.active(due_before=AT + SECOND)

    assert [entry.deployment_id for entry in due] == ["deploy-000000000000", "deploy-000000000001"]


def test_adding_says_whether_the_entry_is_ours(index: DeploymentIndex) -> None:
    assert index.add_active(an_active_entry()) is True
    assert index.add_active(an_active_entry()) is False


def test_an_abandoned_entry_is_removed_unless_somebody_has_taken_it_over(index: DeploymentIndex) -> None:
    index.put_active(an_active_entry())
    (seen,) = index.active(due_before=FAR)
    index.put_active(an_active_entry(due_at=AT + SECOND))

    assert index.remove_abandoned(seen) is False

    (seen,) = index.active(due_before=FAR)
    assert index.remove_abandoned(seen) is True
    assert index.active(due_before=FAR) == []
    assert index.remove_abandoned(seen) is True


def test_what_runs_is_counted_apart_from_what_is_active(index: DeploymentIndex) -> None:
    entry = an_active_entry(due_at=AT + SECOND)
    index.put_active(an_active_entry("deploy-000000000000"))
    index.put_running(entry)
    index.put_running(entry)

    assert index.running() == [entry]
    assert len(index.active(due_before=FAR)) == 1


def test_of_all_who_free_a_place_one_is_told_that_it_was_taken(index: DeploymentIndex) -> None:
    entry = an_active_entry()
    index.put_running(entry)

    assert index.remove_running(entry.key) is True
    assert index.remove_running(entry.key) is False
    assert index.running() == []


def test_the_line_is_oldest_first_whoever_asked(index: DeploymentIndex) -> None:
    entries = [in_line(1, 3, "0a"), in_line(2, 1, "ff"), in_line(3, 2, "0a"), in_line(4, 4, "00")]
    for entry in entries:
        index.put_waiting(entry)

    assert index.oldest_waiting(3) == [entries[1], entries[2], entries[0]]
    assert len(index.oldest_waiting(10)) == 4


def test_of_all_who_take_one_out_of_the_line_one_alone_has_it(index: DeploymentIndex) -> None:
    index.put_waiting(in_line(1, 0))
    index.put_waiting(replace(in_line(1, 0), due_at=FAR))
    (entry,) = index.oldest_waiting(5)

    assert index.remove_waiting(entry) is True
    assert index.remove_waiting(entry) is False
    assert index.oldest_waiting(5) == []


def test_nobody_waits_in_an_empty_line(index: DeploymentIndex) -> None:
    assert index.oldest_waiting(5) == []


def test_a_row_of_an_earlier_release_is_due_like_any_other(clients: StorageClients) -> None:
    for key, running, parked in (("1", True, False), ("2", False, False), ("3", False, True)):
        row = {
            "PartitionKey": "active",
            "RowKey": f"op-0123456789ab-{key}",
            "schema_version": 1,
            "deployment_id": "deploy-0123456789ab",
            "created_at": to_text(AT),
            "due_at": to_text(AT),
            "running": running,
            "parked": parked,
            "correlation_id": "trace-1",
        }
        clients.index.create_entity(row)
    index = TableDeploymentIndex(clients.index)

    entries = index.active(due_before=AT)

    assert entries == [an_active_entry(key=f"op-0123456789ab-{key}") for key in (1, 2, 3)]
