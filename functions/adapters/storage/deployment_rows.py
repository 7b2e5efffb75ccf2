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
from dataclasses import fields
from typing import Any, TypeVar

from functions.adapters.storage.table_rows import Row, to_json
from functions.domain.codec import from_plain, text_members, to_plain
from functions.domain.deployments.deployment import Deployment, IdempotencyRecord
from functions.domain.deployments.event import Event
from functions.domain.deployments.operation import Operation

T = TypeVar("T")

SCHEMA_VERSION = 1
# version → what makes a row of that version one of the next; applied as a row is read
UPGRADES: Mapping[int, Callable[[Row], Row]] = {}

DEPLOYMENT = "deployment"
OPERATION_PREFIX = "operation:"

# a text that is written as JSON all the same: rows of every version have it so
_JSON_TEXTS = frozenset({"approval"})
JSON_COLUMNS = frozenset(
    field.name
    for kind in (Deployment, Operation, Event, IdempotencyRecord)
    for field in fields(kind)
    if field.name in _JSON_TEXTS or field.name not in text_members(kind)
)
"""The properties that hold JSON, whatever row they are of."""


def operation_key(number: int) -> str:
    """The row key of a deployment's n-th operation."""
    return f"{OPERATION_PREFIX}{number:06}"


def event_key(sequence: int) -> str:
    """The row key of an event; keys sort as the events happened."""
    return f"event:{sequence:06}"


def idempotency_row_key(fingerprint: str) -> str:
    """The row key of an idempotency key."""
    return f"key:{fingerprint}"


def key_row(deployment_id: str, mark: IdempotencyRecord) -> Row:
    """What a request with an idempotency key has made."""
    return _row(deployment_id, idempotency_row_key(mark.fingerprint), mark)


def key_of(row: Row) -> IdempotencyRecord:
    """The inverse of `key_row`."""
    return _record(IdempotencyRecord, row)


def deployment_row(deployment: Deployment) -> Row:
    """The record; `status` is for people who look at the table, nothing reads it."""
    row = _row(deployment.deployment_id, DEPLOYMENT, deployment)
    # the partition is named by it
    del row["deployment_id"]
    return {**row, "status": deployment.status.value}


def operation_row(operation: Operation) -> Row:
    """One operation."""
    return _row(operation.deployment_id, operation_key(operation.number), operation)


def event_row(deployment_id: str, event: Event) -> Row:
    """One event."""
    return _row(deployment_id, event_key(event.sequence), event)


def deployment_of(row: Row) -> Deployment:
    """The inverse of `deployment_row`."""
    return _record(Deployment, {**row, "deployment_id": row["PartitionKey"]})


def operation_of(row: Row) -> Operation:
    """The inverse of `operation_row`."""
    return _record(Operation, row)


def event_of(row: Row) -> Event:
    """The inverse of `event_row`."""
    return _record(Event, row)


def upgraded(row: Row) -> Row:
    """The row as the current version would have written it; one of a later version is left as it is."""
    version = int(row["schema_version"])
    while version < SCHEMA_VERSION:
        row = UPGRADES[version](row)
        version += 1
    return row


def _row(partition: str, key: str, record: Any) -> Row:
    body = to_plain(record, omit_defaults=True)
    columns = {name: _column(name, value) for name, value in body.items() if value is not None}
    return {**columns, "PartitionKey": partition, "RowKey": key, "schema_version": SCHEMA_VERSION}


def _column(name: str, value: Any) -> str:
    return to_json(name, value) if name in JSON_COLUMNS else str(value)


def _record(kind: type[T], row: Row) -> T:
    return from_plain(
        kind, {name: json.loads(value) if name in JSON_COLUMNS else value for name, value in row.items()}
    )
