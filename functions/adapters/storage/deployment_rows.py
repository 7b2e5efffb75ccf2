"""Converts deployments, operations and events to rows of table `deployments`, and rows to records.

Each deployment has one partition, named by its id:

| row key | content |
|---|---|
| `deployment` | the record with its unfinished operations and its state, so that one read is consistent |
| `operation:<n>` | every operation |
| `event:<sequence>` | the audit trail |
| `key:<fingerprint>` | the operation that a request with an idempotency key created |

Text is stored unchanged. Any other value is stored as JSON in a text property, which keeps it exact. Default
values are not written. `large_values.py` stores what is too long for a property. Every row has a
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
# Maps a version to the function that turns a row of it into one of the next version, when a row is read.
UPGRADES: Mapping[int, Callable[[Row], Row]] = {}

DEPLOYMENT = "deployment"
OPERATION_PREFIX = "operation:"

# The fields whose columns have another name: rows keep the names of version 0.1.
_STORED_NAMES = {
    "deleted_at": "forgotten_at",
    "queued_operations": "others",
    "settled_status": "settled",
}
_FIELD_NAMES = {stored: name for name, stored in _STORED_NAMES.items()}

# A text that is stored as JSON nevertheless, as in the rows of every version.
_JSON_TEXTS = frozenset({"approval"})
JSON_COLUMNS = frozenset(
    _STORED_NAMES.get(field.name, field.name)
    for kind in (Deployment, Operation, Event, IdempotencyRecord)
    for field in fields(kind)
    if field.name in _JSON_TEXTS or field.name not in text_members(kind)
)
"""The properties with JSON values, in every kind of row."""


def operation_key(number: int) -> str:
    """Return the row key of a deployment's n-th operation."""
    return f"{OPERATION_PREFIX}{number:06}"


def event_key(sequence: int) -> str:
    """Return the row key of an event. Keys sort in the order of the events."""
    return f"event:{sequence:06}"


def idempotency_row_key(fingerprint: str) -> str:
    """Return the row key of an idempotency key."""
    return f"key:{fingerprint}"


def key_row(deployment_id: str, record: IdempotencyRecord) -> Row:
    """Return the row that records which operation a request with an idempotency key created."""
    return _row(deployment_id, idempotency_row_key(record.fingerprint), record)


def key_of(row: Row) -> IdempotencyRecord:
    """Return the record of a row that `key_row` made."""
    return _record(IdempotencyRecord, row)


def deployment_row(deployment: Deployment) -> Row:
    """Return the deployment's row. Its `status` is for people who read the table; no code uses it."""
    row = _row(deployment.deployment_id, DEPLOYMENT, deployment)
    # The partition key is the id.
    del row["deployment_id"]
    return {**row, "status": deployment.status.value}


def operation_row(operation: Operation) -> Row:
    """Return the operation's row."""
    return _row(operation.deployment_id, operation_key(operation.number), operation)


def event_row(deployment_id: str, event: Event) -> Row:
    """Return the event's row."""
    return _row(deployment_id, event_key(event.sequence), event)


def deployment_of(row: Row) -> Deployment:
    """Return the deployment of a row that `deployment_row` made."""
    return _record(Deployment, {**row, "deployment_id": row["PartitionKey"]})


def operation_of(row: Row) -> Operation:
    """Return the operation of a row that `operation_row` made."""
    return _record(Operation, row)


def event_of(row: Row) -> Event:
    """Return the event of a row that `event_row` made."""
    return _record(Event, row)


def upgraded(row: Row) -> Row:
    """Return the row in the current version's form. Rows of later versions are not changed."""
    version = int(row["schema_version"])
    while version < SCHEMA_VERSION:
        row = UPGRADES[version](row)
        version += 1
    return row


def _row(partition: str, key: str, record: Any) -> Row:
    body = to_plain(record, omit_defaults=True)
    stored = {_STORED_NAMES.get(name, name): value for name, value in body.items() if value is not None}
    columns = {name: _column(name, value) for name, value in stored.items()}
    return {**columns, "PartitionKey": partition, "RowKey": key, "schema_version": SCHEMA_VERSION}


def _column(name: str, value: Any) -> str:
    return to_json(name, value) if name in JSON_COLUMNS else str(value)


def _record(kind: type[T], row: Row) -> T:
    stored = {name: json.loads(value) if name in JSON_COLUMNS else value for name, value in row.items()}
    return from_plain(kind, {_FIELD_NAMES.get(name, name): value for name, value in stored.items()})
