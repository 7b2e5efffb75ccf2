"""DeploymentStore on Table Storage: every change is one transaction under the ETag of the `deployment` row.

`deployment_rows.py` defines the rows; `table_transactions.py` handles lost responses.
"""

from __future__ import annotations

from http import HTTPStatus
from itertools import islice
from typing import TYPE_CHECKING, Any

from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from functions.adapters.storage import deployment_rows as rows
from functions.adapters.storage.errors import is_missing_container, status_of, storage_call
from functions.adapters.storage.large_values import offload, restore
from functions.adapters.storage.table_rows import MAX_ROWS, Row, check_batch
from functions.adapters.storage.table_transactions import Conflict, Step, transact
from functions.domain.errors import AlreadyExists, ConcurrentChange
from functions.domain.identifiers import parse_operation_id
from functions.ports import Stored

if TYPE_CHECKING:
    from azure.data.tables import TableClient

    from functions.domain.deployments.change import Change
    from functions.domain.deployments.deployment import IdempotencyRecord
    from functions.domain.deployments.event import Event
    from functions.domain.deployments.operation import Operation
    from functions.ports import ArtifactStore

_PAGE = 1000


class TableDeploymentStore:
    """Stores deployments in one table, and values too long for a property in `artifacts`. Thread-safe."""

    def __init__(self, table: TableClient, artifacts: ArtifactStore) -> None:
        self._table = table
        self._artifacts = artifacts

    def create(self, change: Change) -> None:
        """Write the deployment by one transaction of INSERTs."""
        row, *other_rows = self._rows(change)
        steps: list[Step] = [("create", row, {}), *(("create", other_row, {}) for other_row in other_rows)]
        deployment_id = change.deployment.deployment_id
        try:
            self._transact(steps, change, "", f"creating deployment '{deployment_id}'")
        except Conflict as exc:
            raise AlreadyExists(str(exc)) from exc

    def get(self, deployment_id: str) -> Stored | None:
        """Return the deployment by one point read."""
        row = self._read(deployment_id, rows.DEPLOYMENT)
        return Stored(rows.deployment_of(row[0]), row[1]) if row else None

    def commit(self, stored: Stored, change: Change) -> Stored:
        """Write the change by one transaction, with the `deployment` row under If-Match. An idempotency key
        that was used before is a conflict.
        """
        row, *other_rows = self._rows(change)
        guard = {"mode": "replace", "etag": stored.etag, "match_condition": MatchConditions.IfNotModified}
        steps: list[Step] = [("update", row, guard)]
        for other_row in other_rows:
            is_operation = other_row["RowKey"].startswith(rows.OPERATION_PREFIX)
            steps.append(
                ("upsert", other_row, {"mode": "replace"}) if is_operation else ("create", other_row, {})
            )
        doing = f"changing deployment '{change.deployment.deployment_id}' by '{change.event.name}'"
        try:
            return Stored(change.deployment, self._transact(steps, change, stored.etag, doing))
        except Conflict as exc:
            raise ConcurrentChange(str(exc)) from exc

    def key(self, deployment_id: str, fingerprint: str) -> IdempotencyRecord | None:
        """Return the record of an idempotency key by one point read."""
        row = self._read(deployment_id, rows.idempotency_row_key(fingerprint))
        return rows.key_of(row[0]) if row else None

    def purge(self, deployment_id: str) -> None:
        """Delete every row of the partition in batches, the `deployment` row last.

        Several callers may do so at once.
        """
        with storage_call(f"purging deployment '{deployment_id}'"):
            while keys := self._keys(deployment_id):
                batch = [{"PartitionKey": deployment_id, "RowKey": key} for key in keys[:MAX_ROWS]]
                try:
                    self._table.submit_transaction([("delete", row) for row in batch])
                except HttpResponseError as error:
                    # Another caller may have deleted these rows; the next round lists the rest.
                    if status_of(error) != HTTPStatus.NOT_FOUND or is_missing_container(error):
                        raise

    def _keys(self, deployment_id: str) -> list[str]:
        entities = self._table.query_entities(
            "PartitionKey eq @partition", parameters={"partition": deployment_id}, select=["RowKey"]
        )
        return sorted((entity["RowKey"] for entity in entities), key=lambda key: key == rows.DEPLOYMENT)

    def operation(self, operation_id: str) -> Operation | None:
        """Return the operation by one point read."""
        parsed = parse_operation_id(operation_id)
        row = self._read(parsed[0], rows.operation_key(parsed[1])) if parsed else None
        return rows.operation_of(row[0]) if row else None

    def operations(self, deployment_id: str) -> list[Operation]:
        """Return the operations by a range query of one partition."""
        with storage_call(f"reading the operations of '{deployment_id}'"):
            entities = self._table.query_entities(
                "PartitionKey eq @partition and RowKey gt @first and RowKey lt @end",
                parameters={"partition": deployment_id, "first": rows.OPERATION_PREFIX, "end": "operation;"},
            )
            return [rows.operation_of(self._decoded(entity)) for entity in entities]

    def events(self, deployment_id: str, *, after: int, limit: int) -> list[Event]:
        """Return the events by a range query of one partition."""
        with storage_call(f"reading the events of '{deployment_id}'"):
            entities = self._table.query_entities(
                "PartitionKey eq @partition and RowKey gt @after and RowKey lt @end",
                parameters={"partition": deployment_id, "after": rows.event_key(after), "end": "event;"},
                results_per_page=min(limit, _PAGE),
            )
            return [rows.event_of(self._decoded(entity)) for entity in islice(entities, limit)]

    def ping(self) -> None:
        """Return if the table responds."""
        self._read("ping", "ping")

    def _rows(self, change: Change) -> list[Row]:
        deployment_id = change.deployment.deployment_id
        change_rows = [
            rows.deployment_row(change.deployment),
            *(rows.operation_row(operation) for operation in change.operations),
            *(rows.event_row(deployment_id, event) for event in change.events),
            *([rows.key_row(deployment_id, change.record)] if change.record else []),
        ]
        change_rows = [offload(row, self._artifacts) for row in change_rows]
        check_batch(change_rows)
        return change_rows

    def _transact(self, steps: list[Step], change: Change, etag: str, doing: str) -> str:
        return transact(self._table, steps, doing=doing, read_back=lambda: self._etag_if_ours(change, etag))

    def _etag_if_ours(self, change: Change, etag_before: str) -> str | None:
        """Return the row's ETag if `change` was written, else None.

        If another change followed, return the ETag from before this one, so that a further commit from it is
        refused.
        """
        deployment_id = change.deployment.deployment_id
        event = self._read(deployment_id, rows.event_key(change.event.sequence))
        if event is None or event[0]["transition_id"] != change.event.transition_id:
            return None
        current = self.get(deployment_id)
        moved_on = current is None or current.deployment.event_count != change.events[-1].sequence
        return etag_before if current is None or moved_on else current.etag

    def _read(self, partition: str, key: str) -> tuple[Row, str] | None:
        with storage_call(f"reading row '{key}' of '{partition}'"):
            try:
                entity = self._table.get_entity(partition, key)
            except ResourceNotFoundError as exc:
                if is_missing_container(exc):
                    raise
                return None
        return self._decoded(entity), str(entity.metadata["etag"])

    def _decoded(self, entity: dict[str, Any]) -> Row:
        return rows.upgraded(restore(dict(entity), self._artifacts))
