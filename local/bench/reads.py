"""Measures status, lookup and list among few and among many deployments, compared with a bare query."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

from functions.adapters.storage import index_rows
from functions.adapters.storage.clients import StorageClients
from functions.adapters.storage.deployment_rows import DEPLOYMENT
from functions.services.catalog.templates import get_template
from local.bench.app_in_process import AppInProcess, app_on, get
from local.bench.figure import Figure, Prepare, Say, interleaved, p50
from local.bench.load import load
from local.bench.private_azurite import private_azurite
from local.bench.storage_calls import recorded_storage_calls

BOUND = 1.3
SMALL, LARGE = 1_000, 100_000
PAGE_SIZE = 50
_PAIRS = 200


@dataclass(frozen=True, slots=True)
class _Measurement:
    """One kind of read at one size: the median in milliseconds, its storage calls and rows."""

    whole: float
    bare: float
    calls: int
    rows: int

    @property
    def ratio(self) -> float:
        return self.whole / self.bare

    @property
    def work(self) -> str:
        return f"storage calls {self.calls}, rows read {self.rows}"


def measure(folder: Path, say: Say, *, size: int = LARGE) -> list[Figure]:
    """Measure the functions of the API in this process, on an Azurite in memory that is filled in between."""
    with private_azurite(folder, say) as storage:
        app = app_on(storage, folder)
        template = get_template(app.context, "terraform-local", "greeting")
        ids = load(storage, template, range(SMALL), say)
        small = _measure_reads(app, ids, say)
        ids += load(storage, template, range(SMALL, size), say)
        large = _measure_reads(app, ids, say)
    return [_figure(name, size, small[name], large[name]) for name in small]


def _measure_reads(app: AppInProcess, ids: list[str], say: Say) -> dict[str, _Measurement]:
    say(f"reading among {len(ids):,} deployments, and making a bare query each time")
    sample = cycle(random.Random(1).sample(ids, _PAIRS))  # noqa: S311 - any sample will do
    point, page = _bare_point(app.clients, sample), bare_page(app.clients)
    reads: Mapping[str, tuple[Prepare, Prepare]] = {
        "status": (lambda: _status(app, next(sample)), point),
        "lookup": (lambda: _lookup(app, next(sample)), point),
        "list": (lambda: app.caller("deployments", get(f"/deployments?limit={PAGE_SIZE}")), page),
    }
    return {name: _measure_read(whole, bare) for name, (whole, bare) in reads.items()}


def _measure_read(whole: Prepare, bare: Prepare) -> _Measurement:
    # The first call opens the connections.
    whole()()
    with recorded_storage_calls() as calls:
        whole()()
    times, bare_times = interleaved(_PAIRS, whole, bare)
    return _Measurement(p50(times), p50(bare_times), len(calls), sum(call.rows for call in calls))


def _figure(name: str, size: int, small: _Measurement, large: _Measurement) -> Figure:
    """Return the figure, with the worse ratio of the two sizes."""
    parts = {
        f"{SMALL:,}": small.whole,
        f"bare at {SMALL:,}": small.bare,
        f"{size:,}": large.whole,
        f"bare at {size:,}": large.bare,
    }
    value = max(small.ratio, large.ratio)
    if small.work == large.work:
        return Figure(name, parts, value, BOUND, _PAIRS, note=f"{small.work} at either size")
    problem = f"{small.work} at {SMALL:,} deployments, {large.work} at {size:,}"
    return Figure(name, parts, value, BOUND, _PAIRS, problems=(problem,))


def _status(app: AppInProcess, deployment_id: str) -> Callable[[], Any]:
    path = f"/deployments/{deployment_id}/status"
    return app.caller("deployment_status", get(path, id=deployment_id))


def _lookup(app: AppInProcess, deployment_id: str) -> Callable[[], Any]:
    return app.caller("deployment", get(f"/deployments/{deployment_id}", id=deployment_id))


def _bare_point(clients: StorageClients, ids: cycle[str]) -> Prepare:
    def prepare() -> Callable[[], object]:
        deployment_id = next(ids)
        return lambda: clients.deployments.get_entity(deployment_id, DEPLOYMENT)

    return prepare


def bare_page(clients: StorageClients) -> Prepare:
    """Return the query of the list's first page, made with the SDK alone."""

    def read() -> object:
        pages = clients.index.query_entities(
            f"PartitionKey ge '{index_rows.ALL}:' and PartitionKey lt '{index_rows.ALL}:;'",
            select=index_rows.LIST_COLUMNS,
            results_per_page=PAGE_SIZE,
        ).by_page()
        return list(next(pages))

    return lambda: read
