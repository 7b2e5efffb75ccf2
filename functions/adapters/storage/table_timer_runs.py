"""TimerRuns on Table Storage: one row for each timer in partition `timer` of table `deploymentindex`."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError

from functions.adapters.storage.errors import is_missing_container, storage_call
from functions.adapters.storage.table_rows import RETRY_POST, Row
from functions.domain.clock import from_text, to_text
from functions.domain.timers import Timer, TimerRun

if TYPE_CHECKING:
    from azure.data.tables import TableClient

_PARTITION = "timer"
_SCHEMA_VERSION = 1


class TableTimerRuns:
    """Stores timer runs in one table; thread-safe."""

    def __init__(self, table: TableClient) -> None:
        self._table = table

    def get(self, timer: Timer) -> TimerRun | None:
        """Return the timer's last run by one point read."""
        with storage_call(f"reading when timer '{timer}' last ran"):
            try:
                row = self._table.get_entity(_PARTITION, timer.value)
            except ResourceNotFoundError as error:
                if is_missing_container(error):
                    raise
                return None
        return TimerRun(from_text(row["at"]), has_run=row["has_run"])

    def put(self, timer: Timer, run: TimerRun) -> None:
        """Write the timer's run by one upsert."""
        with storage_call(f"recording that timer '{timer}' ran"):
            self._table.upsert_entity(_row(timer, run), mode="replace")  # type: ignore[arg-type]  # spares an import

    def add(self, timer: Timer, run: TimerRun) -> None:
        """Write the timer's run by one INSERT; an existing row stays unchanged."""
        with storage_call(f"recording that timer '{timer}' is expected"), suppress(ResourceExistsError):
            self._table.create_entity(_row(timer, run), retry_on_methods=RETRY_POST)


def _row(timer: Timer, run: TimerRun) -> Row:
    return {
        "PartitionKey": _PARTITION,
        "RowKey": timer.value,
        "schema_version": _SCHEMA_VERSION,
        "at": to_text(run.at),
        "has_run": run.has_run,
    }
