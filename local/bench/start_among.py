"""Measures the start and the end of an operation while thousands wait for capacity.

They must take the same storage calls and rows as if a few wait.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from functions.adapters.storage import index_rows
from functions.adapters.storage.clients import StorageNames
from functions.adapters.storage.table_rows import Row
from functions.domain.clock import now
from functions.domain.identifiers import new_deployment_id, operation_id
from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import JobResult, Outcome
from functions.domain.status import Resources
from functions.ports import ActiveEntry
from functions.services.context import Context
from functions.services.orchestration.advance import advance
from functions.services.scheduling.active_entries import WAITING_CHECK_INTERVAL
from local.bench.app_in_process import NoRunner, app_on, post
from local.bench.figure import Figure, Say, milliseconds, p50
from local.bench.private_azurite import private_azurite
from local.bench.storage_calls import recorded_storage_calls
from local.bench.table_writer import TableWriter

BOUND = 1.0
_FEW, _MANY = 100, 20_000
_RUNS = 15
_MAX_BATCH = 100
_BODY = {"template_name": "greeting", "provider_type": "terraform-local", "parameters": {"name": "Ada"}}


@dataclass(frozen=True, slots=True)
class _Measurement:
    """The starts, or the ends, at one size: milliseconds and (storage calls, rows read) of each run."""

    times: tuple[float, ...]
    work: tuple[tuple[int, int], ...]

    @property
    def cost(self) -> int:
        """Return the storage calls and rows of the most expensive run, added up."""
        return max(calls + rows for calls, rows in self.work)

    @property
    def description(self) -> str:
        calls, rows = max(self.work)
        return f"storage calls {calls}, rows read {rows}"


def measure(folder: Path, say: Say) -> list[Figure]:
    """Measure `advance` in this process, on an Azurite in memory, with more and more waiting operations."""
    with private_azurite(folder, say) as storage:
        app = app_on(storage, folder)
        context = replace(app.context, launcher=NoRunner())
        deploy = app.caller("deploy", post("/deploy", _BODY))
        deploy()
        measurements = {}
        waiting = 0
        for size in (0, _FEW, _MANY):
            say(f"writing {size - waiting:,} operations that wait")
            # A new writer each time: Azurite closes idle connections.
            _add_waiting(TableWriter(storage), size - waiting)
            waiting = size
            say(f"starting and ending {_RUNS} operations while {size:,} wait")
            measurements[size] = _measure_runs(context, deploy)
    return [_figure(measurements)]


def _add_waiting(writer: TableWriter, count: int) -> None:
    """Add waiting operations. They need no deployments, as nobody handles their messages."""
    for start in range(0, count, _MAX_BATCH):
        entries = [_entry() for _ in range(min(_MAX_BATCH, count - start))]
        for partition in (index_rows.ACTIVE, index_rows.WAITING):
            rows: list[Row] = [index_rows.active_row(entry, partition) for entry in entries]
            writer.insert(StorageNames().index, rows)


def _entry() -> ActiveEntry:
    deployment_id, moment = new_deployment_id(), now()
    key = operation_id(deployment_id, 1)
    return ActiveEntry(
        key, deployment_id, moment, moment + WAITING_CHECK_INTERVAL, "bench", lane="0123456789abcdef"
    )


def _measure_runs(context: Context, deploy: Callable[[], bytes]) -> tuple[_Measurement, _Measurement]:
    pairs = [_run(context, deploy) for _ in range(_RUNS)]
    starts, ends = zip(*pairs, strict=True)
    return _measurement(starts), _measurement(ends)


def _measurement(runs: tuple[tuple[float, tuple[int, int]], ...]) -> _Measurement:
    return _Measurement(tuple(time for time, _ in runs), tuple(work for _, work in runs))


def _run(
    context: Context, deploy: Callable[[], bytes]
) -> tuple[tuple[float, tuple[int, int]], tuple[float, tuple[int, int]]]:
    """Accept an operation, then start it and end it, and count each."""
    deployment_id = str(json.loads(deploy())["data"]["deployment_id"])
    start = _counted(lambda: advance(context, deployment_id))
    result = JobResult(Outcome.FAILED, Resources.NONE, now() + timedelta(seconds=1))
    context.artifacts.create(blob_names.job_result(operation_id(deployment_id, 1), 1), result.to_json())
    return start, _counted(lambda: advance(context, deployment_id))


def _counted(action: Callable[[], object]) -> tuple[float, tuple[int, int]]:
    with recorded_storage_calls() as calls:
        duration = milliseconds(action)
    return duration, (len(calls), sum(call.rows for call in calls))


def _figure(measurements: dict[int, tuple[_Measurement, _Measurement]]) -> Figure:
    """Compare a start among many with one among none, and an end among many with one among a few.

    An end also notifies the next waiting operation.
    """
    (start_0, end_0), (start, end), (start_many, end_many) = (
        measurements[0],
        measurements[_FEW],
        measurements[_MANY],
    )
    value = max(start_many.cost / start_0.cost, end_many.cost / end.cost)
    parts = {}
    for size, (starts, ends) in measurements.items():
        parts[f"start among {size:,}"] = p50(starts.times)
        parts[f"end among {size:,}"] = p50(ends.times)
    problems = tuple(
        f"{name} among {_FEW}: {few.description}; among {_MANY:,}: {many.description}"
        for name, few, many in (("start", start, start_many), ("end", end, end_many))
        if few.description != many.description
    )
    note = f"start: {start_many.description}; end: {end_many.description}, "
    calls, rows = (many - none for many, none in zip(max(end_many.work), max(end_0.work), strict=True))
    note += f"of which notifying a waiting operation: storage calls {calls}, rows read {rows}"
    return Figure("start_among", parts, value, BOUND, _RUNS, note=note, problems=problems)
