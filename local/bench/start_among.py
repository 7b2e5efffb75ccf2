"""The start and the end of one operation among thousands that wait for a free place: the same storage calls
and rows read as among a few.
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
_BATCH = 100
_BODY = {"template_name": "greeting", "provider_type": "terraform-local", "parameters": {"name": "Ada"}}


@dataclass(frozen=True, slots=True)
class _Taken:
    """The starts, or the ends, at one size: milliseconds, and (storage calls, rows read) of each run."""

    times: tuple[float, ...]
    work: tuple[tuple[int, int], ...]

    @property
    def cost(self) -> int:
        """Storage calls and rows of the most expensive run."""
        return max(calls + rows for calls, rows in self.work)

    @property
    def words(self) -> str:
        calls, rows = max(self.work)
        return f"storage calls {calls}, rows read {rows}"


def measure(folder: Path, say: Say) -> list[Figure]:
    """`advance` in process, on an Azurite in memory whose line of waiting operations is made longer."""
    with private_azurite(folder, say) as storage:
        app = app_on(storage, folder)
        context = replace(app.context, launcher=NoRunner())
        deploy = app.caller("deploy", post("/deploy", _BODY))
        deploy()
        taken = {}
        waiting = 0
        for size in (0, _FEW, _MANY):
            say(f"writing {size - waiting:,} operations that wait")
            # a writer of its own: Azurite closes a connection that nobody uses for a while
            _lengthen(TableWriter(storage), size - waiting)
            waiting = size
            say(f"starting and ending {_RUNS} operations while {size:,} wait")
            taken[size] = _take(context, deploy)
    return [_figure(taken)]


def _lengthen(writer: TableWriter, count: int) -> None:
    """Add waiting operations: their deployments are not needed, as nobody answers the messages."""
    for start in range(0, count, _BATCH):
        entries = [_entry() for _ in range(min(_BATCH, count - start))]
        for partition in (index_rows.ACTIVE, index_rows.WAITING):
            rows: list[Row] = [index_rows.active_row(entry, partition) for entry in entries]
            writer.insert(StorageNames().index, rows)


def _entry() -> ActiveEntry:
    deployment_id, moment = new_deployment_id(), now()
    key = operation_id(deployment_id, 1)
    return ActiveEntry(
        key, deployment_id, moment, moment + WAITING_CHECK_INTERVAL, "bench", lane="0123456789abcdef"
    )


def _take(context: Context, deploy: Callable[[], bytes]) -> tuple[_Taken, _Taken]:
    pairs = [_run(context, deploy) for _ in range(_RUNS)]
    starts, ends = zip(*pairs, strict=True)
    return _summed(starts), _summed(ends)


def _summed(runs: tuple[tuple[float, tuple[int, int]], ...]) -> _Taken:
    return _Taken(tuple(time for time, _ in runs), tuple(work for _, work in runs))


def _run(
    context: Context, deploy: Callable[[], bytes]
) -> tuple[tuple[float, tuple[int, int]], tuple[float, tuple[int, int]]]:
    """Accept an operation, then start it and end it, each counted."""
    deployment_id = str(json.loads(deploy())["data"]["deployment_id"])
    start = _counted(lambda: advance(context, deployment_id))
    result = JobResult(Outcome.FAILED, Resources.NONE, now() + timedelta(seconds=1))
    context.artifacts.create(blob_names.job_result(operation_id(deployment_id, 1), 1), result.to_json())
    return start, _counted(lambda: advance(context, deployment_id))


def _counted(action: Callable[[], object]) -> tuple[float, tuple[int, int]]:
    with recorded_storage_calls() as calls:
        taken = milliseconds(action)
    return taken, (len(calls), sum(call.rows for call in calls))


def _figure(taken: dict[int, tuple[_Taken, _Taken]]) -> Figure:
    """Compare a start among many with one among none, and an end, which calls one, with one among a few."""
    (start_0, end_0), (start, end), (start_many, end_many) = taken[0], taken[_FEW], taken[_MANY]
    value = max(start_many.cost / start_0.cost, end_many.cost / end.cost)
    parts = {}
    for size, (started, ended) in taken.items():
        parts[f"start among {size:,}"] = p50(started.times)
        parts[f"end among {size:,}"] = p50(ended.times)
    problems = tuple(
        f"{name} among {_FEW}: {few.words}; among {_MANY:,}: {many.words}"
        for name, few, many in (("start", start, start_many), ("end", end, end_many))
        if few.words != many.words
    )
    note = f"start: {start_many.words}; end: {end_many.words}, of which calling one that waits: "
    calls, rows = (many - none for many, none in zip(max(end_many.work), max(end_0.work), strict=True))
    note += f"storage calls {calls}, rows read {rows}"
    return Figure("start_among", parts, value, BOUND, _RUNS, note=note, problems=problems)
