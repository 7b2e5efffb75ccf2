"""The rows of table `deployments`, and the way back.

One partition per deployment, named by its id:

| row key | holds |
|---|---|
| `deployment` | the record with its unfinished operations and its state: one read shows all at one moment |
| `operation:<n>` | every operation |
| `event:<sequence>` | the audit trail |
| `key:<fingerprint>` | which operation a request with an idempotency key has made |

Text is a property as it is; everything else is JSON in a text property, which keeps it exact. What has its
default value is not written. What a property cannot hold goes through `large_values.py`. Every row carries
`schema_version`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from functions.adapters.table_rows import Row, to_json
from functions.domain.clock import from_text, to_text
from functions.domain.deployment import Deployment, IdempotencyMark, UserRequest
from functions.domain.event import Event
from functions.domain.job import Failure
from functions.domain.operation import Decision, Operation
from functions.domain.plan import PlanRecord
from functions.domain.state import Backend, StateRecord
from functions.domain.status import Approval, DeploymentStatus, OperationKind, OperationStatus, Resources

SCHEMA_VERSION = 1
# version → what makes a row of that version one of the next; applied as a row is read
UPGRADES: Mapping[int, Callable[[Row], Row]] = {}

DEPLOYMENT = "deployment"
OPERATION_PREFIX = "operation:"

JSON_COLUMNS = {
    "parameters",
    "tags",
    "outputs",
    "sensitive_outputs",
    "operation",
    "event_count",
    "idempotency",
    "number",
    "job",
    "error",
    "changes",
    "sequence",
    "detail",
    "state",
    "secrets",
    "request",
    "others",
    "operation_count",
    "backend",
    "approval",
    "decision",
    "plan",
    "plan_job",
    "attempt",
    "applied",
    "plan_approval_follows",
    "pruned",
    "request_decision",
    "request_approved",
    "discards_errored_state",
}
_OPERATION_TIMES = (
    "created_at",
    "started_at",
    "job_started_at",
    "completed_at",
    "not_before",
    "awaiting_since",
    "cancel_requested_at",
    "silent_since",
)
# class -> field -> its default; a required field has one that no value equals
_DEFAULTS: dict[type[Any], dict[str, Any]] = {
    kind: {
        item.name: item.default if item.default_factory is MISSING else item.default_factory()
        for item in fields(kind)
    }
    for kind in (Deployment, Operation, Event, IdempotencyMark, Decision, StateRecord)
}
_DEPLOYMENT_TIMES = ("expires_at", "expiry_told_at", "forgotten_at")


def operation_key(number: int) -> str:
    """The row key of a deployment's n-th operation."""
    return f"{OPERATION_PREFIX}{number:06}"


def event_key(sequence: int) -> str:
    """The row key of an event; keys sort as the events happened."""
    return f"event:{sequence:06}"


def key_key(fingerprint: str) -> str:
    """The row key of an idempotency key."""
    return f"key:{fingerprint}"


def key_row(deployment_id: str, mark: IdempotencyMark) -> Row:
    """What a request with an idempotency key has made."""
    return _row(deployment_id, key_key(mark.fingerprint), _plain(mark))


def key_of(row: Row) -> IdempotencyMark:
    """The inverse of `key_row`."""
    return IdempotencyMark(**_known(IdempotencyMark, _body(row)))


def deployment_row(deployment: Deployment) -> Row:
    """The record; `status` is for people who look at the table, nothing reads it."""
    body = _plain(deployment)
    body |= {
        "operation": _operation_body(deployment.operation),
        "others": [_operation_body(operation) for operation in deployment.others] or None,
        "backend": asdict(deployment.backend),
        "request": asdict(deployment.request) if deployment.request else None,
        "request_decision": _plain(deployment.request_decision) if deployment.request_decision else None,
        "idempotency": _plain(deployment.idempotency) if deployment.idempotency else None,
        "state": deployment.state.to_dict() if deployment.state else None,
        "status": deployment.status.value,
    }
    return _row(deployment.deployment_id, DEPLOYMENT, body)


def operation_row(operation: Operation) -> Row:
    """One operation."""
    return _row(operation.deployment_id, operation_key(operation.number), _operation_body(operation))


def event_row(deployment_id: str, event: Event) -> Row:
    """One event."""
    return _row(deployment_id, event_key(event.sequence), _plain(event))


def deployment_of(row: Row) -> Deployment:
    """The inverse of `deployment_row`."""
    body = _known(Deployment, _body(row))
    times = {name: from_text(body[name]) for name in _DEPLOYMENT_TIMES if name in body}
    convert: Mapping[str, Callable[[Any], Any]] = {
        "created_at": from_text,
        "operation": _operation,
        "others": lambda others: tuple(map(_operation, others)),
        "backend": lambda backend: Backend(**backend),
        "request_decision": _decision,
        "request": lambda request: UserRequest(**request),
        "sensitive_outputs": tuple,
        "pruned": tuple,
        "resources": Resources,
        "settled": DeploymentStatus,
        "idempotency": lambda mark: IdempotencyMark(**mark),
        "state": lambda state: StateRecord.from_dict(_known(StateRecord, state)),
    }
    converted = {name: read(body[name]) for name, read in convert.items() if name in body}
    return Deployment(**{**body, **times, **converted, "deployment_id": row["PartitionKey"]})


def operation_of(row: Row) -> Operation:
    """The inverse of `operation_row`."""
    return _operation(_body(row))


def event_of(row: Row) -> Event:
    """The inverse of `event_row`."""
    body = _known(Event, _body(row))
    return Event(**{**body, "at": from_text(body["at"])})


def upgraded(row: Row) -> Row:
    """The row as the current version would have written it; one of a later version is left as it is."""
    version = int(row["schema_version"])
    while version < SCHEMA_VERSION:
        row = UPGRADES[version](row)
        version += 1
    return row


def _row(partition: str, key: str, body: Mapping[str, Any]) -> Row:
    columns = {name: _column(name, value) for name, value in body.items() if value is not None}
    return {**columns, "PartitionKey": partition, "RowKey": key, "schema_version": SCHEMA_VERSION}


def _column(name: str, value: Any) -> str:
    if name in JSON_COLUMNS:
        return to_json(name, value)
    if not isinstance(value, str):
        raise TypeError(f"writing property '{name}': it is no text and not one of JSON_COLUMNS")
    return value


def _body(row: Row) -> dict[str, Any]:
    return {name: json.loads(value) if name in JSON_COLUMNS else value for name, value in row.items()}


def _plain(record: Any) -> dict[str, Any]:
    """A dataclass's fields that are not at their defaults, times as text; a partition's id is in its key."""
    values = {name: getattr(record, name) for name in _DEFAULTS[type(record)]}
    if isinstance(record, Deployment):
        del values["deployment_id"]
    defaults = _DEFAULTS[type(record)]
    return {name: _simple(value) for name, value in values.items() if value != defaults[name]}


def _simple(value: Any) -> Any:
    if isinstance(value, datetime):
        return to_text(value)
    return value.value if isinstance(value, StrEnum) else value


def _operation_body(operation: Operation) -> dict[str, Any]:
    body = _plain(operation)
    if operation.error:
        body["error"] = operation.error.to_dict()
    for name in ("decision", "request_decision"):
        if said := getattr(operation, name):
            body[name] = _plain(said)
    if operation.plan:
        body["plan"] = operation.plan.to_dict()
    return body


def _operation(body: Mapping[str, Any]) -> Operation:
    values = _known(Operation, body)
    convert: Mapping[str, Callable[[Any], Any]] = {
        **dict.fromkeys(_OPERATION_TIMES, from_text),
        "kind": OperationKind,
        "status": OperationStatus,
        "approval": Approval,
        "error": Failure.from_dict,
        "decision": _decision,
        "request_decision": _decision,
        "plan": PlanRecord.from_dict,
    }
    converted = {name: convert[name](value) for name, value in values.items() if name in convert}
    return Operation(**{**values, **converted})


def _decision(body: Mapping[str, Any]) -> Decision:
    return Decision(**{**_known(Decision, body), "at": from_text(body["at"])})


def _known(kind: type[Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """What the class has: a neighbouring version may have written more; a required None is not written."""
    names = _DEFAULTS[kind]
    values = {name: body[name] for name in names if body.get(name) is not None}
    required = {name: None for name, default in names.items() if default is MISSING}
    return {**required, **values}
