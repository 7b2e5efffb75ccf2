from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from functions.domain.deployments import transitions
from functions.domain.deployments.change import Change
from functions.domain.deployments.deployment import Deployment, IdempotencyRecord
from functions.domain.deployments.operation import new_operation
from functions.domain.errors import AlreadyExists, ConcurrentChange
from functions.domain.failures import Failure, FailureCode
from functions.domain.jobs.job_contract import Outcome
from functions.domain.status import DeploymentStatus, OperationKind, OperationStatus, Resources
from functions.ports import DeploymentStore
from tests.builders import AT, a_deployment, a_plan, a_result, a_state
from tests.contract.storage.stored_deployments import created, got

AWKWARD = {
    "text": 'Zoë 🚀 \u2028 \x00 ${x} "quoted"\nnext line',
    "empty": "",
    "null": None,
    "nested": {"list": [1, [2.5, {"deep": [True, False]}]], "": {}},
    "big": 2**80,
    "negative": -(2**70),
    "$blob": "not a reference",
}


def test_a_deployment_comes_back_as_it_was_created(store: DeploymentStore) -> None:
    deployment = a_deployment(
        parameters=AWKWARD,
        tags={"Straße": "süd", "empty": ""},
        created_by="zoë@example.org",
        template_version="1.2.3",
        subscription_id="sub",
        resource_group="rg",
        location="eu-central-1",
        idempotency=IdempotencyRecord("f" * 64, "m" * 64),
    )

    change = transitions.accepted(deployment)
    store.create(change)

    assert got(store, deployment.deployment_id).deployment == change.deployment


def test_a_deployment_that_nobody_created_is_none(store: DeploymentStore) -> None:
    assert store.get("deploy-000000000000") is None
    assert store.operation("op-000000000000-1") is None
    assert store.events("deploy-000000000000", after=0, limit=10) == []


def test_an_id_that_is_no_operation_id_names_no_operation(store: DeploymentStore) -> None:
    assert store.operation("operation:000001") is None


def test_every_move_up_to_the_end_comes_back_as_it_was_written(store: DeploymentStore) -> None:
    stored = created(store)
    failure = Failure(FailureCode.APPLY_FAILED, "nö", ({"severity": "error", "line": 3, "address": None},))
    result = a_result(
        Outcome.FAILED,
        at=AT + timedelta(hours=1),
        resources=Resources.UNKNOWN,
        failure=failure,
        outputs=AWKWARD,
        sensitive_outputs=("password", "key"),
        changes={"add": 1, "change": 0, "remove": 0},
        state=a_state(serial=2**40, lineage="abc", last_modified=AT),
    )

    moves: list[Callable[[Deployment], Change]] = [
        lambda d: transitions.job_started(d, AT + timedelta(seconds=1), "pid-1-2"),
        lambda d: transitions.job_abandoned(d, AT + timedelta(seconds=2), reason="gone", not_before=AT),
        lambda d: transitions.job_started(d, AT + timedelta(seconds=2), "pid-2-3"),
        lambda d: transitions.runner_silent(d, AT + timedelta(seconds=3)),
        lambda d: transitions.cancel_requested(d, d.operation, AT + timedelta(seconds=4), "bob"),
        lambda d: transitions.ended(d, result),
    ]
    for move in moves:
        change = move(stored.deployment)
        stored = store.commit(stored, change)
        assert stored.deployment == change.deployment
        assert got(store, change.deployment.deployment_id) == stored

    ended = stored.deployment
    assert ended.status is DeploymentStatus.FAILED
    assert ended.event_count == 7
    assert store.operation(ended.task_id) == ended.operation
    assert ended.state == result.state


def test_a_job_to_be_tried_again_keeps_the_time_before_which_it_must_not_start(
    store: DeploymentStore,
) -> None:
    stored = created(store)
    stored = store.commit(stored, transitions.job_started(stored.deployment, AT, "pid-1-2"))
    not_before = AT + timedelta(seconds=7)

    store.commit(
        stored, transitions.job_abandoned(stored.deployment, AT, reason="gone", not_before=not_before)
    )

    assert got(store, stored.deployment.deployment_id).deployment.operation.not_before == not_before


def test_values_far_larger_than_a_table_property_are_kept_whole(store: DeploymentStore) -> None:
    large = {"text": "ü🚀" * 100_000}
    stored = created(store, a_deployment(parameters=large, tags={"t": "x" * 40_000}))
    stored = store.commit(stored, transitions.job_started(stored.deployment, AT, "pid-1-2"))
    failure = Failure(FailureCode.APPLY_FAILED, "m" * 50_000, ({"detail": "d" * 50_000},))
    ended = transitions.ended(stored.deployment, a_result(Outcome.FAILED, failure=failure, outputs=large))

    store.commit(stored, ended)

    assert got(store, stored.deployment.deployment_id).deployment == ended.deployment
    assert store.operation(ended.deployment.task_id) == ended.deployment.operation
    assert store.events(stored.deployment.deployment_id, after=2, limit=1) == [ended.event]


def test_a_second_deployment_under_the_same_id_is_refused(store: DeploymentStore) -> None:
    first = created(store).deployment

    with pytest.raises(AlreadyExists):
        store.create(transitions.accepted(a_deployment(first.deployment_id, created_by="eve")))

    assert got(store, first.deployment_id).deployment == first


def test_the_same_creation_twice_is_no_error(store: DeploymentStore) -> None:
    change = transitions.accepted(a_deployment())
    store.create(change)

    store.create(change)

    assert got(store, change.deployment.deployment_id).deployment == change.deployment


def test_the_same_move_twice_is_made_once(store: DeploymentStore) -> None:
    stored = created(store)
    change = transitions.job_started(stored.deployment, AT, "pid-1-2")
    first = store.commit(stored, change)

    second = store.commit(stored, change)

    assert second == first
    assert len(store.events(stored.deployment.deployment_id, after=0, limit=10)) == 2


def test_a_move_that_was_made_long_ago_cannot_be_gone_on_from(store: DeploymentStore) -> None:
    stored = created(store)
    change = transitions.job_started(stored.deployment, AT, "pid-1-2")
    store.commit(store.commit(stored, change), transitions.runner_silent(change.deployment, AT))

    again = store.commit(stored, change)

    with pytest.raises(ConcurrentChange):
        store.commit(again, transitions.runner_heard(change.deployment, AT))


def test_a_move_from_an_outdated_deployment_is_refused_and_changes_nothing(store: DeploymentStore) -> None:
    stored = created(store)
    moved = store.commit(stored, transitions.job_started(stored.deployment, AT, "pid-1-2"))

    with pytest.raises(ConcurrentChange):
        store.commit(
            stored, transitions.cancel_requested(stored.deployment, stored.deployment.operation, AT, "eve")
        )

    assert got(store, stored.deployment.deployment_id) == moved
    assert len(store.events(stored.deployment.deployment_id, after=0, limit=10)) == 2


def test_a_move_of_a_deployment_that_is_not_there_is_refused(store: DeploymentStore) -> None:
    stored = created(store)
    stranger = a_deployment()

    with pytest.raises(ConcurrentChange):
        store.commit(replace(stored, deployment=stranger), transitions.job_started(stranger, AT, "pid-1-2"))


def test_events_come_in_order_from_where_they_were_left(store: DeploymentStore) -> None:
    stored = created(store)
    for number in range(11):
        late = transitions.late_result(stored.deployment, AT, outcome=f"failed {number}", artifact="x")
        stored = store.commit(stored, late)
    deployment_id = stored.deployment.deployment_id

    first = store.events(deployment_id, after=0, limit=5)
    rest = store.events(deployment_id, after=first[-1].sequence, limit=100)

    assert [event.sequence for event in first + rest] == list(range(1, 13))
    assert [event.name for event in first][:2] == ["accepted", "late_result"]
    assert rest[-1].detail == {"outcome": "failed 10", "artifact": "x"}
    assert rest[-1].at == AT


def test_a_store_that_is_there_answers(store: DeploymentStore) -> None:
    store.ping()


def test_further_operations_are_listed_in_order_with_every_move(store: DeploymentStore) -> None:
    stored = created(store)
    deployment = stored.deployment
    second = new_operation(
        deployment.deployment_id, 2, at=AT, created_by="bob", correlation_id="t", kind=OperationKind.PLAN
    )

    stored = store.commit(stored, transitions.operation_accepted(deployment, second))

    assert store.operations(deployment.deployment_id) == [deployment.operation, second]
    assert got(store, deployment.deployment_id).deployment.queued_operations == (second,)


def test_a_key_leads_to_the_operation_and_cannot_be_used_twice(store: DeploymentStore) -> None:
    stored = created(store)
    deployment_id = stored.deployment.deployment_id
    record = IdempotencyRecord("f" * 64, "mac", "op-0123456789ab-2")
    second, third = (
        new_operation(
            deployment_id, number, at=AT, created_by="bob", correlation_id="t", kind=OperationKind.PLAN
        )
        for number in (2, 3)
    )

    stored = store.commit(stored, transitions.operation_accepted(stored.deployment, second, record))

    assert store.key(deployment_id, record.fingerprint) == record
    assert store.key(deployment_id, "e" * 64) is None
    with pytest.raises(ConcurrentChange):
        store.commit(stored, transitions.operation_accepted(stored.deployment, third, record))


def test_one_move_may_end_one_operation_and_others_with_it(store: DeploymentStore) -> None:
    stored = created(store)
    deployment_id = stored.deployment.deployment_id
    waiting = replace(
        new_operation(
            deployment_id, 2, at=AT, created_by="bob", correlation_id="t", kind=OperationKind.APPLY
        ),
        status=OperationStatus.AWAITING_APPROVAL,
        plan=a_plan(),
    )
    stored = store.commit(stored, transitions.operation_accepted(stored.deployment, waiting))
    stored = store.commit(stored, transitions.job_started(stored.deployment, AT, "pid-1-2"))

    store.commit(stored, transitions.ended(stored.deployment, a_result(state=a_state(serial=7))))

    stale = store.operation(waiting.id)
    assert stale is not None
    assert stale.status is OperationStatus.FAILED
    assert [event.name for event in store.events(deployment_id, after=3, limit=10)] == [
        "succeeded",
        "plan_stale",
    ]


def test_what_is_forgotten_is_gone_and_forgetting_it_again_is_harmless(store: DeploymentStore) -> None:
    stored = created(store)
    deployment_id = stored.deployment.deployment_id

    store.purge(deployment_id)
    store.purge(deployment_id)

    assert store.get(deployment_id) is None
    assert store.operation(stored.deployment.task_id) is None
    assert store.events(deployment_id, after=0, limit=10) == []
