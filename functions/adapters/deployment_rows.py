"""The rows of table `deployments`, and the way back.

One partition per deployment, named by its id:

| row key | holds |
|---|---|
| `deployment` | the record, its newest operation and its state record: one read shows all at one moment |
| `operation:<n>` | every operation |
| `event:<sequence>` | the audit trail |

Text is a property as it is; everything else is JSON in a text property, which keeps it exact. What a
property cannot hold goes through `large_values.py`. Every row carries `schema_version`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from functions.adapters.table_rows import Row, to_json
from functions.domain.clock import from_text, to_text
from functions.domain.deployment import Deployment, IdempotencyMark
from functions.domain.event import Event
from functions.domain.job import Failure, StateRecord
from functions.domain.operation import Operation
from functions.domain.status import OperationKind, OperationStatus, Resources

SCHEMA_VERSION = 1
# version → what makes a row of that version one of the next; applied as a row is read
UPGRADES: Mapping[int, Callable[[Row], Row]] = {}

DEPLOYMENT = "deployment"

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
}
_OPERATION_TIMES = (
    "created_at",
    "started_at",
    "job_started_at",
    "completed_at",
    "not_before",
    "cancel_requested_at",
    "silent_since",
)


def operation_key(number: int) -> str:
    """The row key of a deployment's n-th operation."""
    return f"operation:{number:06}"


def event_key(sequence: int) -> str:
    """The row key of an event; keys sort as the events happened."""
    return f"event:{sequence:06}"


def deployment_row(deployment: Deployment) -> Row:
    """The record; `status` is for people who look at the table, nothing reads it."""
    mark = deployment.idempotency
    body = {
        **_plain(deployment),
        "operation": _operation_body(deployment.operation),
        "idempotency": _plain(mark) if mark else None,
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
    body = _body(row)
    mark, state = body.get("idempotency"), body.get("state")
    return Deployment(
        **{
            **_known(Deployment, body),
            "deployment_id": row["PartitionKey"],
            "created_at": from_text(body["created_at"]),
            "operation": _operation(body["operation"]),
            "sensitive_outputs": tuple(body["sensitive_outputs"]),
            "resources": Resources(body["resources"]),
            "idempotency": IdempotencyMark(**mark) if mark else None,
            "state": StateRecord.from_dict(_known(StateRecord, state)) if state else None,
        }
    )


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
    """A dataclass's fields, times as text; the id of the partition is left to its key."""
    values = {item.name: getattr(record, item.name) for item in fields(record)}
    if isinstance(record, Deployment):
        del values["deployment_id"]
    return {name: _simple(value) for name, value in values.items()}


def _simple(value: Any) -> Any:
    if isinstance(value, datetime):
        return to_text(value)
    return value.value if isinstance(value, StrEnum) else value


def _operation_body(operation: Operation) -> dict[str, Any]:
    return {**_plain(operation), "error": operation.error.to_dict() if operation.error else None}


def _operation(body: Mapping[str, Any]) -> Operation:
    values = _known(Operation, body)
    times = {name: from_text(values[name]) for name in _OPERATION_TIMES if values.get(name)}
    error = values.get("error")
    return Operation(
        **{
            **values,
            **times,
            "kind": OperationKind(values["kind"]),
            "status": OperationStatus(values["status"]),
            "error": Failure.from_dict(error) if error else None,
        }
    )


def _known(kind: type[Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """What the class has: a neighbouring version may have written more, and None is not written at all."""
    values = {item.name: body[item.name] for item in fields(kind) if item.name in body}
    required = (item for item in fields(kind) if item.default is MISSING and item.default_factory is MISSING)
    return {**dict.fromkeys((item.name for item in required), None), **values}
