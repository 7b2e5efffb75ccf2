from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from functions.adapters.storage import deployment_rows as rows
from functions.domain.deployments.deployment import Deployment, IdempotencyRecord, UserRequest
from functions.domain.deployments.event import Event
from functions.domain.deployments.operation import Decision, Operation
from functions.domain.errors import ValueRefused
from functions.domain.failures import Failure, FailureCode, UnknownCode
from functions.domain.jobs.terraform_state import Backend
from functions.domain.status import Approval, DeploymentStatus, OperationStatus, Resources
from tests.builders import AT, a_deployment, a_plan, a_state, an_operation


def full_operation() -> Operation:
    return replace(
        an_operation(),
        number=12,
        status=OperationStatus.FAILED,
        job=3,
        execution="pid-1-2",
        started_at=AT + timedelta(seconds=1),
        job_started_at=AT + timedelta(seconds=2),
        completed_at=AT + timedelta(seconds=3),
        not_before=AT + timedelta(seconds=4),
        cancel_requested_at=AT + timedelta(seconds=5),
        cancel_requested_by="bob",
        silent_since=AT + timedelta(seconds=6),
        error=Failure(FailureCode.APPLY_FAILED, "no", ({"line": 1},)),
        changes={"add": 1},
        late_result="succeeded",
        approval=Approval.PLAN,
        plan_approval_follows=True,
        parameters={"name": "Ada"},
        secrets={"password": "operations/op/secrets-1"},
        comment="please",
        lock_id="lock",
        errored_state="operations/op/1/errored-state",
        discards_errored_state=True,
        attempt=2,
        awaiting_since=AT + timedelta(seconds=7),
        decision=Decision(approved=True, by="bob", at=AT, comment="fine"),
        request_decision=Decision(approved=True, by="eve", at=AT, comment="go on"),
        retry_of="op-0",
        plan=a_plan(),
        plan_job=1,
        applied=True,
        cancel_comment="enough",
        engine_version="1.11.4",
    )


def full_deployment() -> Deployment:
    return a_deployment(
        "deploy-0123456789ab",
        template_version="1.0.0",
        subscription_id="sub",
        resource_group="rg",
        location="here",
        parameters={"a": 1},
        tags={"b": "c"},
        operation=full_operation(),
        outputs={"d": None},
        sensitive_outputs=("e",),
        resources=Resources.UNKNOWN,
        state=a_state(serial=2**70, lineage="x", last_modified=AT),
        event_count=7,
        idempotency=IdempotencyRecord("f", "m"),
        env_id="prod",
        workspace="blue",
        backend=Backend("s3", {"bucket": "b"}),
        secrets={"password": "operations/op/secrets-1"},
        request=UserRequest("n", "s3", {"size": "small"}, "team"),
        request_operation="op-1",
        request_approved=True,
        request_decision=Decision(approved=True, by="bob", at=AT, comment="fine"),
        queued_operations=(an_operation(),),
        operation_count=12,
        settled_status=DeploymentStatus.FAILED,
        sealed_outputs="operations/op/1/outputs",
        errored_state="operations/op/1/errored-state",
        expires_at=AT,
        expiry_told_at=AT,
        deleted_at=AT,
        pruned=("logs",),
    )


def assert_nothing_is_left_at_its_default(record: Any) -> None:
    empty = [item.name for item in fields(record) if getattr(record, item.name) in (None, 0, {}, (), "")]
    assert empty == [], "the sample has to fill every field, or a new one may be lost unseen"


def test_a_deployment_row_keeps_every_field() -> None:
    deployment = full_deployment()
    assert_nothing_is_left_at_its_default(deployment)

    assert rows.deployment_of(rows.deployment_row(deployment)) == deployment


def test_renamed_fields_keep_the_columns_of_version_0_1() -> None:
    row = rows.deployment_row(full_deployment())

    assert (row["forgotten_at"], row["settled"]) == ("2026-11-21T03:04:05.678Z", "failed")
    assert json.loads(row["others"])[0]["id"] == an_operation().id
    assert not row.keys() & {"deleted_at", "settled_status", "queued_operations"}


def test_an_operation_row_keeps_every_field() -> None:
    operation = full_operation()
    assert_nothing_is_left_at_its_default(operation)

    assert rows.operation_of(rows.operation_row(operation)) == operation


def test_an_operation_row_keeps_a_failure_code_of_another_version() -> None:
    code = UnknownCode("not_of_this_version")
    operation = replace(full_operation(), error=Failure(code, "no"))

    assert rows.operation_of(rows.operation_row(operation)) == operation


def test_an_event_row_keeps_every_field() -> None:
    event = Event(3, "ended", AT, "ada", "trace-1", "0123", "op-0123456789ab-1", {"deep": [{"er": 1}]})
    assert_nothing_is_left_at_its_default(event)

    assert rows.event_of(rows.event_row("deploy-0123456789ab", event)) == event


def test_what_a_later_version_has_written_besides_is_ignored() -> None:
    row = {**rows.deployment_row(full_deployment()), "invented_later": "x", "schema_version": 99}

    assert rows.deployment_of(rows.upgraded(row)) == full_deployment()


def test_a_row_of_an_older_version_is_brought_up_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "SCHEMA_VERSION", 3)
    monkeypatch.setattr(
        rows,
        "UPGRADES",
        {1: lambda row: {**row, "steps": "1"}, 2: lambda row: {**row, "steps": row["steps"] + "2"}},
    )

    assert rows.upgraded({"schema_version": 1})["steps"] == "12"


def test_every_row_says_which_version_wrote_it() -> None:
    assert rows.operation_row(full_operation())["schema_version"] == 1


def test_keys_sort_as_what_they_name() -> None:
    assert rows.event_key(9) < rows.event_key(10) < rows.event_key(100_000)
    assert rows.operation_key(2) < rows.operation_key(11)


def test_a_parameter_that_json_does_not_have_is_refused() -> None:
    with pytest.raises(ValueRefused, match="parameters"):
        rows.deployment_row(a_deployment(parameters={"x": float("nan")}))
