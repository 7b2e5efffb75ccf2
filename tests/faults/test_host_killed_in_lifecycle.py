"""The host may be killed at any storage call that accepts a further operation, approves or cancels one:
nothing
is lost, and nothing is applied twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

from functions.adapters.storage.table_index import TableDeploymentIndex
from functions.domain import clock
from functions.domain.deployments.operation import Operation
from functions.domain.status import OperationStatus
from functions.ports import ListQuery
from tests.azurite import StorageAccounts
from tests.faults.lifecycle import approve, ask, cancel, events_of, operation_ended, planned_change
from tests.faults.moments import (
    ON_BELLS_ALONE,
    ON_RECORD,
    Moment,
    at_each_write,
)
from tests.faults.plant import Plant, wait_for

# Every storage call that the host makes for each of these, in order, listening apart.
ACCEPT = [
    "get deployment",
    "get key",
    "insert active",
    "batch operation_accepted",
    "upsert all",
    "upsert template",
    "upsert owner",
    "get deployment",
    "send operations",
]
APPROVE = [
    "get deployment",
    "upsert active",
    "batch approved",
    "upsert all",
    "upsert template",
    "upsert owner",
    "get deployment",
    "send operations",
]
CANCEL = [
    "get deployment",
    "upsert active",
    "batch cancelled",
    "get deployment",
    "upsert all",
    "upsert template",
    "upsert owner",
    "get deployment",
    "delete running",
    "delete waiting",
    "delete active",
    "get deployment",
]
DISPATCH = [
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
]
COMPLETE = [
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
_PLANTS = 3


def test_the_tables_name_every_storage_call(tmp_path: Path, storage_accounts: StorageAccounts) -> None:
    with _plant_with_a_deployment(Plant(tmp_path / "plant", storage_accounts.take())) as (
        plant,
        deployment_id,
    ):
        waiting = planned_change(plant, deployment_id, name="Grace")
        _die_and_start(plant, ON_RECORD)
        approve(plant, waiting)
        approved = plant.proxy.host_calls_until(COMPLETE[-1])
        _die_and_start(plant, ON_RECORD)
        ask(plant, deployment_id, "apply", key="k", parameters={"name": "Eve"})
        accepted = plant.proxy.host_calls_until(COMPLETE[-1])
        waiting = planned_change(plant, deployment_id, name="Linus")
        index = TableDeploymentIndex(plant.clients.index)
        wait_for(lambda: not index.running(), 60, index.running)
        _die_and_start(plant, ON_RECORD)
        cancel(plant, waiting)
        cancelled = plant.proxy.host_calls_until("delete active")

    assert approved == [*APPROVE, *DISPATCH, *COMPLETE]
    assert accepted == [*ACCEPT, *DISPATCH, *COMPLETE]
    assert cancelled == CANCEL


def test_a_host_killed_while_it_accepts_a_further_apply_loses_and_doubles_nothing(
    tmp_path: Path, storage_accounts: StorageAccounts
) -> None:
    # its dispatch and its end are those of every operation: test_host_killed.py
    assert _kill_at_each(tmp_path, storage_accounts, at_each_write(ACCEPT), _apply) == {}


def test_a_host_killed_between_an_approval_and_its_dispatch_loses_and_doubles_nothing(
    tmp_path: Path, storage_accounts: StorageAccounts
) -> None:
    calls = [*APPROVE, *DISPATCH[: DISPATCH.index("batch job_started") + 1]]

    assert _kill_at_each(tmp_path, storage_accounts, at_each_write(calls), _approve) == {}


def test_a_host_killed_at_any_storage_call_of_a_cancel_of_what_awaits_approval_loses_nothing(
    tmp_path: Path, storage_accounts: StorageAccounts
) -> None:
    assert _kill_at_each(tmp_path, storage_accounts, at_each_write(CANCEL), _cancel) == {}


def _apply(plant: Plant, deployment_id: str, moment: Moment) -> None:
    """Apply; where the operation was written down it ends by itself, and asking again finds it."""
    number = plant.deployment(deployment_id).operation_count + 1
    again = partial(
        ask, plant, deployment_id, "apply", key=f"key-{number}", parameters={"name": f"n{number}"}
    )
    operation_id = f"op-{deployment_id[7:]}-{number}"
    _killed_at(plant, moment, again)
    plant.restart()
    was_written = plant.truth.operation(operation_id) is not None
    if was_written:
        operation_ended(plant, operation_id)

    answer = again()

    assert (answer.status, answer.body["id"]) == (200 if was_written else 202, operation_id), answer
    _check_applied_once(plant, operation_ended(plant, operation_id), f"Hello, n{number}!")
    assert plant.deployment(deployment_id).operation_count == number


def _approve(plant: Plant, deployment_id: str, moment: Moment) -> None:
    """Approve; where the approval was written down it is carried out by itself, and counts once."""
    number = plant.deployment(deployment_id).operation_count + 1
    operation_id = planned_change(plant, deployment_id, name=f"n{number}")
    _killed_at(plant, moment, partial(approve, plant, operation_id))
    plant.restart()
    if plant.operation(operation_id).decision is not None:
        operation_ended(plant, operation_id)

    answer = approve(plant, operation_id)

    assert answer.status == 200, answer
    _check_applied_once(plant, operation_ended(plant, operation_id), f"Hello, n{number}!")
    assert events_of(plant, operation_id).count("approved") == 1


def _cancel(plant: Plant, deployment_id: str, moment: Moment) -> None:
    """Cancel a plan that awaits approval; where that was written down all that follows comes by itself."""
    operation_id = planned_change(plant, deployment_id, name="never")
    _killed_at(plant, moment, partial(cancel, plant, operation_id))
    plant.restart()
    if plant.operation(operation_id).status is OperationStatus.CANCELLED:
        _check_tidy(plant, deployment_id)

    answer = cancel(plant, operation_id)

    assert answer.status == 200, answer
    assert operation_ended(plant, operation_id).status is OperationStatus.CANCELLED
    assert events_of(plant, operation_id).count("cancelled") == 1
    assert plant.engine_starts(operation_id, "apply") == 0
    _check_tidy(plant, deployment_id)


def _check_applied_once(plant: Plant, operation: Operation, greeting: str) -> None:
    deployment = plant.deployment(operation.deployment_id)
    assert operation.status is OperationStatus.SUCCEEDED, operation
    assert deployment.outputs["greeting"] == greeting
    assert events_of(plant, operation.id).count("succeeded") == 1
    assert plant.engine_starts(operation.id, "apply") == 1
    _check_tidy(plant, operation.deployment_id)


def _check_tidy(plant: Plant, deployment_id: str) -> None:
    """The list shows the deployment as it is, and no entry has anybody look at it again, ever."""
    index = TableDeploymentIndex(plant.clients.index)
    much_later = clock.now() + timedelta(days=30)

    def look() -> tuple[list[tuple[str, str]], list[str]]:
        rows = index.page(ListQuery(limit=5)).entries
        entries = index.active(due_before=much_later)
        return [(row.deployment_id, row.status) for row in rows], [entry.key for entry in entries]

    wait_for(lambda: look() == ([(deployment_id, "completed")], []), 60, look)


def _killed_at(plant: Plant, moment: Moment, request: Callable[[], object]) -> None:
    """Make a request to a fresh host which dies at that moment."""
    _die_and_start(plant, ON_BELLS_ALONE)
    trap = plant.proxy.trap(moment.call, plant.kill, nth=moment.nth, after=moment.after)
    request()
    assert trap.sprung.wait(180), f"the host never came to {moment}"


def _die_and_start(plant: Plant, settings: dict[str, str]) -> None:
    """Replace the host, leave it no message about ended jobs, and count storage calls from here."""
    plant.kill()
    for queue in (plant.clients.operations, plant.clients.completions):
        queue.clear_messages()
    plant.restart(**settings)
    plant.proxy.calls.clear()


@contextmanager
def _plant_with_a_deployment(plant: Plant) -> Iterator[tuple[Plant, str]]:
    try:
        plant.start()
        deployment_id = plant.accepted(name="Ada")
        plant.ended(deployment_id)
        yield plant, deployment_id
    finally:
        plant.stop()


def _kill_at_each(
    folder: Path,
    accounts: StorageAccounts,
    moments: Sequence[Moment],
    life: Callable[[Plant, str, Moment], None],
) -> dict[Moment, str]:
    """Moment → what went wrong, for those where something did. Each plant's one deployment lives through its
    share of them.
    """

    def live(number: int) -> dict[Moment, str]:
        problems: dict[Moment, str] = {}
        made = Plant(folder / f"plant-{number}", accounts.take())
        with _plant_with_a_deployment(made) as (plant, deployment_id):
            for moment in moments[number::_PLANTS]:
                try:
                    life(plant, deployment_id, moment)
                except AssertionError as error:
                    problems[moment] = str(error)
                    break
        return problems

    with ThreadPoolExecutor(_PLANTS) as pool:
        return {
            moment: text for failures in pool.map(live, range(_PLANTS)) for moment, text in failures.items()
        }
