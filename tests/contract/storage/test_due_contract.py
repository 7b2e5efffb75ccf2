from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.adapters.storage.clients import StorageClients
from functions.adapters.storage.table_due import TableDueDeployments
from functions.domain.deployments.listed import listed_fields
from functions.maintenance_ports import DueDeployments, DueEntry, Sweep
from local.bench.storage_calls import recorded_storage_calls
from tests.builders import AT, a_deployment
from tests.fakes import MemoryDueDeployments

DAY = timedelta(days=1)


@pytest.fixture(params=["memory", "azurite"])
def due(request: pytest.FixtureRequest) -> DueDeployments:
    if request.param == "azurite":
        return TableDueDeployments(request.getfixturevalue("clients").index, page=4)
    return MemoryDueDeployments()


def an_entry(days: float = 0, **changes: Any) -> DueEntry:
    return DueEntry(listed_fields(a_deployment(**changes)), AT + days * DAY)


def test_an_entry_comes_back_as_it_was_written(due: DueDeployments) -> None:
    entry = an_entry(created_by="Zoë O'Hara", template_name="a/b#c")
    due.put(entry)

    assert list(due.due(AT)) == [entry]


def test_only_those_are_due_whose_time_has_come_the_oldest_day_first(due: DueDeployments) -> None:
    entries = {days: an_entry(days) for days in (3, 1, 0, 2, 0.001, 400)}
    for entry in entries.values():
        due.put(entry)

    assert list(due.due(AT - DAY)) == []
    assert list(due.due(AT)) == [entries[0]]
    assert list(due.due(AT + 2 * DAY))[-2:] == [entries[1], entries[2]]
    assert len(list(due.due(AT + 500 * DAY))) == len(entries)


def test_a_deployment_has_one_entry_a_day_and_one_that_is_removed_as_it_was_read(due: DueDeployments) -> None:
    entry = an_entry()
    due.put(entry)
    due.put(entry)
    due.put(replace(entry, due_at=AT + DAY))
    (today, tomorrow) = due.due(AT + DAY)

    due.remove(today)
    due.remove(today)

    assert list(due.due(AT + DAY)) == [tomorrow]


def test_an_entry_that_was_written_anew_since_it_was_read_stays(due: DueDeployments) -> None:
    due.put(an_entry())
    (read,) = due.due(AT)
    due.put(read)

    due.remove(read)

    assert list(due.due(AT)) == [read]


def test_a_later_deployment_with_the_same_id_has_an_entry_of_its_own(due: DueDeployments) -> None:
    first, later = (a_deployment("deploy-000000000000", at=AT + number * DAY) for number in (0, 1))
    for deployment in (first, later):
        due.put(DueEntry(listed_fields(deployment), AT))

    assert [entry.listed.created_at for entry in due.due(AT)] == [AT, AT + DAY]


def test_entries_may_be_removed_and_written_while_they_are_gone_through(due: DueDeployments) -> None:
    for _ in range(11):
        due.put(an_entry())

    looked_at = []
    for entry in due.due(AT):
        looked_at.append(entry.listed.deployment_id)
        due.put(replace(entry, due_at=AT + DAY))
        due.remove(entry)

    assert len(set(looked_at)) == len(looked_at) == 11
    assert list(due.due(AT)) == []


def test_a_sweep_goes_on_where_it_was(due: DueDeployments) -> None:
    assert due.sweep() is None
    for sweep in (Sweep("logs 90", AT), Sweep("logs 90", AT, "token"), Sweep("logs 90", AT, done=True)):
        due.put_sweep(sweep)
        assert due.sweep() == sweep


def test_what_is_not_due_costs_nothing(clients: StorageClients) -> None:
    due = TableDueDeployments(clients.index)
    costs = []
    for later in (0, 60):
        for number in range(later):
            due.put(an_entry(1 + number / 10))
        for _ in range(3):
            due.put(an_entry())
        with recorded_storage_calls() as calls:
            for entry in due.due(AT):
                due.remove(entry)
        costs.append([(call.method, call.rows) for call in calls])

    assert costs[1] == costs[0]
    assert [method for method, _ in costs[0]] == ["GET", "DELETE", "DELETE", "DELETE"]
