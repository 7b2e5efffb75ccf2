"""The host may be killed at any storage call by which an operation goes in line for a free place, or by which
an end offers that place.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from functions.adapters.storage.table_index import TableDeploymentIndex
from tests.azurite import StorageAccounts
from tests.faults.moments import ON_BELLS_ALONE, ON_RECORD, Moment, at_each_write, failures_at_each
from tests.faults.plant import Plant, wait_for

ONE_PLACE = {"SLIPWAY_MAX_PARALLEL": "1"}

# What the host does from the message of the second operation until that waits, listening apart.
WAIT = [
    "get deployment",
    "query running",
    "upsert all",
    "upsert template",
    "upsert owner",
    "get deployment",
    "upsert waiting",
    "upsert active",
    "query running",
    "delete message of operations",
]
# What it does from the end of the first operation on.
OFFER = [
    "delete running",
    "delete active",
    "query running",
    "query waiting",
    "upsert active",
    "delete waiting",
    "send operations",
    "delete message of completions",
]
_AT_ONCE = 2


def test_the_tables_name_every_storage_call_of_the_wait_and_of_the_offer(
    tmp_path: Path, storage_accounts: StorageAccounts
) -> None:
    plant = Plant(tmp_path / "plant", storage_accounts.take())
    try:
        plant.start(**ON_RECORD, **ONE_PLACE)
        with plant.holding("apply"):
            first = plant.accepted(name="Ada")
            plant.at_command(first, "apply")
            plant.proxy.calls.clear()
            second = plant.accepted(name="Bob")
            waited = plant.proxy.host_calls_until("delete message of operations")
            plant.proxy.calls.clear()
        offered = plant.proxy.host_calls_until("delete message of completions")
        plant.ended(second)
    finally:
        plant.stop()

    assert waited[-len(WAIT) :] == WAIT
    start = offered.index("delete running")
    assert [call for call in OFFER if call not in offered[start:]] == []
    assert offered[start : start + 7] == OFFER[:7]


def test_a_host_killed_while_an_operation_goes_in_line_loses_and_doubles_nothing(
    tmp_path: Path, storage_accounts: StorageAccounts
) -> None:
    moments = at_each_write(WAIT)

    assert (
        failures_at_each(
            moments, tmp_path, storage_accounts, partial(_kill_and_recover, kills_at_the_end=False)
        )
        == {}
    )


def test_a_host_killed_while_it_offers_a_place_loses_and_doubles_nothing(
    tmp_path: Path, storage_accounts: StorageAccounts
) -> None:
    moments = at_each_write(OFFER)

    assert (
        failures_at_each(
            moments, tmp_path, storage_accounts, partial(_kill_and_recover, kills_at_the_end=True)
        )
        == {}
    )


def _kill_and_recover(plant: Plant, moment: Moment, *, kills_at_the_end: bool) -> None:
    index = TableDeploymentIndex(plant.clients.index)
    try:
        plant.start(**ON_BELLS_ALONE, **ONE_PLACE)
        with plant.holding("apply"):
            first = plant.accepted(name="Ada")
            plant.at_command(first, "apply")
            wait_for(index.running, 60, plant.host_log)
            if kills_at_the_end:
                plant.accepted(key="second", name="Bob")
                wait_for(lambda: index.oldest_waiting(1), 60, plant.host_log)
            trap = plant.proxy.trap(moment.call, plant.kill, nth=moment.nth, after=moment.after)
            if not kills_at_the_end:
                plant.deploy(key="second", name="Bob")
                assert trap.sprung.wait(60), f"the host never came to {moment}"
        assert trap.sprung.wait(60), f"the host never came to {moment}"
        plant.restart(**ONE_PLACE)
        second = plant.accepted(key="second", name="Bob")

        for deployment_id in (first, second):
            ended = plant.ended(deployment_id)
            assert ended.status == "completed", ended.error
            assert plant.events(deployment_id).count("succeeded") == 1
            assert plant.engine_starts(deployment_id, "apply") == 1
        wait_for(lambda: not (index.running() or index.oldest_waiting(1)), 60, plant.host_log)
    finally:
        plant.stop()
