"""DeploymentIndex on Table Storage. `index_rows.py` defines the rows, `list_tokens.py` the page tokens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceModifiedError

from functions.adapters.storage import index_rows
from functions.adapters.storage.errors import storage_call
from functions.adapters.storage.list_tokens import bad_token, decode_token, encode_token
from functions.adapters.storage.table_rows import RETRY_POST, Row, check_row
from functions.domain.clock import to_text
from functions.ports import ActiveEntry, ListPage, ListQuery

if TYPE_CHECKING:
    from azure.core.pipeline import PipelineResponse
    from azure.data.tables import TableClient

    from functions.domain.deployments.deployment import Deployment
    from functions.domain.deployments.listed import Listed


class TableDeploymentIndex:
    """Stores the index in one table; thread-safe."""

    def __init__(self, table: TableClient) -> None:
        self._table = table

    def add_active(self, entry: ActiveEntry) -> bool:
        """Add the entry by one INSERT; return False if it exists."""
        row = index_rows.active_row(entry)
        doing = f"recording '{entry.key}' as active"
        with storage_call(doing), suppress(ResourceExistsError):
            self._table.create_entity(row, retry_on_methods=RETRY_POST)
            return True
        return False

    def put_active(self, entry: ActiveEntry) -> None:
        """Write the entry by one upsert."""
        with storage_call(f"recording '{entry.key}' as active"):
            self._upsert(index_rows.active_row(entry))

    def remove_active(self, key: str) -> None:
        """Remove the entry by one DELETE."""
        with storage_call(f"removing '{key}' from the active ones"):
            self._table.delete_entity(index_rows.ACTIVE, key)

    def remove_abandoned(self, entry: ActiveEntry) -> bool:
        """Remove the entry by one DELETE under If-Match; return False if it was changed meanwhile."""
        doing = f"removing '{entry.key}' from the active ones"
        guard: Any = {"etag": entry.etag, "match_condition": MatchConditions.IfNotModified}
        with storage_call(doing), suppress(ResourceModifiedError):
            self._table.delete_entity(index_rows.ACTIVE, entry.key, **guard)
            return True
        return False

    def active(self, *, due_before: datetime) -> list[ActiveEntry]:
        """Return the due entries by a query of one partition, filtered by the service."""
        condition = "PartitionKey eq @partition and due_at le @due"
        parameters = {"partition": index_rows.ACTIVE, "due": to_text(due_before)}
        with storage_call("reading the active deployments"):
            rows = self._table.query_entities(condition, parameters=parameters)
            return [replace(index_rows.active_entry(row), etag=row.metadata["etag"]) for row in rows]

    def put_running(self, entry: ActiveEntry) -> None:
        """Write the entry by one upsert."""
        with storage_call(f"recording '{entry.key}' as running"):
            self._upsert(index_rows.active_row(entry, index_rows.RUNNING))

    def remove_running(self, key: str) -> bool:
        """Remove the entry by one DELETE; return False if there was none."""
        with storage_call(f"removing '{key}' from the running ones"):
            return self._delete(index_rows.RUNNING, key)

    def running(self) -> list[ActiveEntry]:
        """Return the running entries by a query of one partition."""
        with storage_call("reading the running operations"):
            return [index_rows.active_entry(row) for row in self._partition(index_rows.RUNNING)]

    def put_waiting(self, entry: ActiveEntry) -> None:
        """Write the entry by one upsert."""
        with storage_call(f"adding '{entry.key}' to the waiting operations"):
            self._upsert(index_rows.active_row(entry, index_rows.WAITING))

    def remove_waiting(self, entry: ActiveEntry) -> bool:
        """Remove the entry by one DELETE; return False if there was none."""
        with storage_call(f"removing '{entry.key}' from the waiting operations"):
            return self._delete(index_rows.WAITING, index_rows.waiting_key(entry))

    def oldest_waiting(self, limit: int) -> list[ActiveEntry]:
        """Return the oldest waiting entries from the first page of one partition."""
        with storage_call("reading the waiting operations"):
            rows = self._partition(index_rows.WAITING, results_per_page=limit)
            return [index_rows.active_entry(row) for row in islice(rows, limit)]

    def put_list_rows(self, deployment: Deployment) -> None:
        """Write the deployment's list rows by one upsert for each list that contains it."""
        with storage_call(f"listing deployment '{deployment.deployment_id}'"):
            for row in index_rows.project(deployment):
                self._upsert(row)

    def remove_list_rows(self, listed: Listed) -> None:
        """Remove the deployment's list rows by one DELETE for each list that may contain it."""
        with storage_call(f"removing deployment '{listed.deployment_id}' from the lists"):
            for partition, key in index_rows.list_keys(listed):
                self._table.delete_entity(partition, key)

    def page(self, query: ListQuery) -> ListPage:
        """Return one page by one request to the narrowest partition set.

        The service applies the other filters.
        """
        start = decode_token(query)
        condition, parameters = _conditions(query)
        with storage_call("listing deployments"):
            pages = self._table.query_entities(
                condition,
                parameters=parameters,
                select=index_rows.LIST_COLUMNS,
                results_per_page=query.limit,
            ).by_page(continuation_token=start)  # type: ignore[arg-type]  # the SDK's own tokens are dicts
            try:
                entries = [index_rows.list_entry(row) for row in next(pages, ())]
            except HttpResponseError as exc:
                if start is not None and exc.status_code == 400:
                    raise bad_token() from exc
                raise
        following: Any = pages.continuation_token  # type: ignore[attr-defined]
        return ListPage(entries, encode_token(query, following) if following else None)

    def _partition(self, name: str, **options: Any) -> Iterator[Row]:
        condition, parameters = "PartitionKey eq @partition", {"partition": name}
        return iter(self._table.query_entities(condition, parameters=parameters, **options))

    def _delete(self, partition: str, row_key: str) -> bool:
        """Delete the row; return True if it existed.

        Also return False if an attempt without a response removed it and the SDK's retry did not find it.
        """
        statuses: list[int] = []

        def record_status(response: PipelineResponse[Any, Any]) -> None:
            statuses.append(response.http_response.status_code)

        self._table.delete_entity(partition, row_key, raw_response_hook=record_status)
        return statuses[-1:] == [204]

    def _upsert(self, row: dict[str, Any]) -> None:
        check_row(row)
        self._table.upsert_entity(row, mode="replace")  # type: ignore[arg-type]  # spares an import


def _conditions(query: ListQuery) -> tuple[str, dict[str, Any]]:
    """Return the OData filter and its parameters: the partitions first, then every column of the query."""
    low, high = _partitions(query)
    terms = ["PartitionKey ge @low", "PartitionKey lt @high"]
    parameters: dict[str, Any] = {"low": low, "high": high}
    for name in ("provider_type", "template_name", "resource_group", "created_by"):
        value = getattr(query, name)
        if value is not None:
            terms.append(f"{name} eq @{name}")
            parameters[name] = value
    if query.created_after is not None:
        terms.append("created_at ge @created_after")
        parameters["created_after"] = to_text(_up_to_millisecond(query.created_after))
    if query.created_before is not None:
        terms.append("created_at lt @created_before")
        parameters["created_before"] = to_text(_up_to_millisecond(query.created_before))
    if query.status is not None:
        # A row that is not current has to be read from the store, whatever its status.
        outdated = f"finished eq false and schema_version lt {index_rows.LIST_VERSION}"
        terms.append(f"(status eq @status or {outdated})")
        parameters["status"] = query.status
    return " and ".join(terms), parameters


def _partitions(query: ListQuery) -> tuple[str, str]:
    """Return the range's first partition, and a text that sorts behind its last one."""
    if query.created_by is not None:
        prefix = index_rows.owner_set(query.created_by)
    elif query.template_name is not None and query.provider_type is not None:
        prefix = index_rows.template_set(query.provider_type, query.template_name)
    elif query.requests:
        prefix = index_rows.REQUEST
    else:
        prefix = index_rows.ALL
    newest = index_rows.reversed_day(query.created_before) if query.created_before else ""
    oldest = index_rows.reversed_day(query.created_after) if query.created_after else ""
    # ';' sorts behind every digit
    return f"{prefix}:{newest}", f"{prefix}:{oldest};"


def _up_to_millisecond(moment: datetime) -> datetime:
    """Round up to a whole millisecond. Stored times are whole milliseconds, so comparisons stay the same."""
    moment = moment.astimezone(UTC)
    return moment + timedelta(microseconds=-moment.microsecond % 1000)
