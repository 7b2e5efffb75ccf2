"""DueDeployments on Table Storage: rows of table `deploymentindex`.

| partition | row key | content |
|---|---|---|
| `due:<day>` | `<deployment id>:<moment it was created>` | a deployment that retention checks that day |
| `retention` | `sweep` | the progress of the sweep |
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from azure.core import MatchConditions
from azure.core.exceptions import ResourceModifiedError, ResourceNotFoundError

from functions.adapters.storage.errors import is_missing_container, storage_call
from functions.adapters.storage.table_rows import Row, check_row
from functions.domain.clock import from_text, to_text
from functions.domain.deployments.listed import Listed
from functions.maintenance_ports import DueEntry, Sweep

if TYPE_CHECKING:
    from azure.data.tables import TableClient

_SCHEMA_VERSION = 1
_DUE = "due:"
_SWEEP = ("retention", "sweep")


class TableDueDeployments:
    """Stores due entries in one table; thread-safe. `page` is the number of entries read by one request."""

    def __init__(self, table: TableClient, *, page: int = 200) -> None:
        self._table = table
        self._page = page

    def put(self, entry: DueEntry) -> None:
        """Write the entry by one upsert."""
        self._upsert(_row(entry), f"writing when deployment '{entry.listed.deployment_id}' is due")

    def due(self, moment: datetime) -> Iterator[DueEntry]:
        """Yield the due entries by one request a page, over the partitions up to that day."""
        pages = self._table.query_entities(
            "PartitionKey ge @first and PartitionKey le @last and due_at le @moment",
            parameters={"first": _DUE, "last": _partition(moment), "moment": to_text(moment)},
            results_per_page=self._page,
        ).by_page()
        while True:
            with storage_call("reading which deployments are due"):
                page = [_entry(row) for row in next(pages, ())]
            if not page and not pages.continuation_token:  # type: ignore[attr-defined]
                return
            yield from page

    def remove(self, entry: DueEntry) -> None:
        """Remove the entry by one DELETE under If-Match."""
        row = _row(entry)
        guard: Any = {"etag": entry.etag, "match_condition": MatchConditions.IfNotModified}
        doing = f"removing when deployment '{entry.listed.deployment_id}' is due"
        with storage_call(doing), suppress(ResourceModifiedError):
            self._table.delete_entity(row["PartitionKey"], row["RowKey"], **guard)

    def sweep(self) -> Sweep | None:
        """Return the sweep's progress by one point read."""
        with storage_call("reading the progress of the retention sweep"):
            try:
                row = self._table.get_entity(*_SWEEP)
            except ResourceNotFoundError as error:
                if is_missing_container(error):
                    raise
                return None
        return Sweep(row["periods"], from_text(row["began_at"]), row.get("token"), done=row["done"])

    def put_sweep(self, sweep: Sweep) -> None:
        """Write the sweep's progress by one upsert."""
        row: Row = {
            "PartitionKey": _SWEEP[0],
            "RowKey": _SWEEP[1],
            "schema_version": _SCHEMA_VERSION,
            "periods": sweep.periods,
            "began_at": to_text(sweep.began_at),
            "done": sweep.done,
            **({"token": sweep.token} if sweep.token else {}),
        }
        self._upsert(row, "writing the progress of the retention sweep")

    def _upsert(self, row: Row, doing: str) -> None:
        with storage_call(doing):
            check_row(row)
            self._table.upsert_entity(row, mode="replace")  # type: ignore[arg-type]  # spares an import


def _partition(moment: datetime) -> str:
    return f"{_DUE}{moment.astimezone(UTC):%Y%m%d}"


def _row(entry: DueEntry) -> Row:
    listed = entry.listed
    created_at = to_text(listed.created_at)
    return {
        "PartitionKey": _partition(entry.due_at),
        "RowKey": f"{listed.deployment_id}:{created_at}",
        "schema_version": _SCHEMA_VERSION,
        "deployment_id": listed.deployment_id,
        "provider_type": listed.provider_type,
        "template_name": listed.template_name,
        "created_by": listed.created_by,
        "created_at": created_at,
        "due_at": to_text(entry.due_at),
    }


def _entry(row: Any) -> DueEntry:
    listed = Listed(
        deployment_id=row["deployment_id"],
        provider_type=row["provider_type"],
        template_name=row["template_name"],
        created_by=row["created_by"],
        created_at=from_text(row["created_at"]),
    )
    return DueEntry(listed, from_text(row["due_at"]), row.metadata["etag"])
