"""The host may be killed in front of any storage call, or right after one whose answer it never saw."""

from __future__ import annotations

from pathlib import Path

from tests.azurite import StorageAccounts
from tests.faults.moments import (
    ON_BELLS_ALONE,
    ON_RECORD,
    Moment,
    after_each_write,
    before_what_matters,
    failures_at_each,
)
from tests.faults.plant import Plant

# Every storage call that the host makes for one deployment, in order, listening apart.
CALLS = [
    # accept
    "PUT blob bundle",
    "PUT blob template entry",
    "insert active",
    "batch accepted",
    "send operations",
    # dispatch
    "get deployment",
    "query running",
    "PUT blob spec",
    "batch job_started",
    "upsert running",
    "upsert all",
    "upsert template",
    "upsert owner",
    "get deployment",
    "delete waiting",
    "send operations",
    "delete message of operations",
    # complete
    "get deployment",
    "GET blob result",
    "batch succeeded",
    "upsert all",
    "upsert template",
    "upsert owner",
    "get deployment",
    "delete running",
    "delete active",
    "query running",
    "query waiting",
    "delete message of completions",
]


def test_the_table_names_every_storage_call_that_the_host_makes(
    tmp_path: Path, storage_accounts: StorageAccounts
) -> None:
    plant = Plant(tmp_path / "plant", storage_accounts.take())
    try:
        plant.start(**ON_RECORD)
        plant.ended(plant.accepted(name="Ada"))
        recorded = plant.proxy.host_calls_until("delete message of completions")
    finally:
        plant.stop()

    assert recorded == CALLS


def test_a_host_killed_before_any_storage_call_loses_nothing_and_doubles_nothing(
    tmp_path: Path, storage_accounts: StorageAccounts
) -> None:
    assert failures_at_each(before_what_matters(CALLS), tmp_path, storage_accounts, _kill_and_recover) == {}


def test_a_host_killed_after_any_write_whose_answer_it_never_saw_loses_nothing(
    tmp_path: Path, storage_accounts: StorageAccounts
) -> None:
    assert failures_at_each(after_each_write(CALLS), tmp_path, storage_accounts, _kill_and_recover) == {}


def _kill_and_recover(plant: Plant, moment: Moment) -> None:
    try:
        plant.start(**ON_BELLS_ALONE)
        trap = plant.proxy.trap(moment.call, plant.kill, nth=moment.nth, after=moment.after)
        plant.deploy(key="the-key", name="Ada")
        assert trap.sprung.wait(180), f"the host never came to {moment}"
        plant.restart()

        deployment_id = plant.accepted(key="the-key", name="Ada")
        ended = plant.ended(deployment_id)

        assert ended.status == "completed", ended.error
        assert ended.outputs["greeting"] == "Hello, Ada!"
        assert plant.events(deployment_id).count("succeeded") == 1
        assert plant.engine_starts(deployment_id, "apply") == 1
    finally:
        plant.stop()
