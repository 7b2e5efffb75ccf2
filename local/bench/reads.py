"""Status, lookup and list among few and among many deployments: the same work, hardly more than a query."""

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

BOUND = 1.2
SMALL, LARGE = 1_000, 100_000
PAGE = 50
_PAIRS = 200


@dataclass(frozen=True, slots=True)
class _Taken:
    """One read at one size: milliseconds at the median, and its storage calls and rows."""

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
    """Measure the API's functions in this process, on an Azurite in memory that is filled in between."""
    with private_azurite(folder, say) as storage:
        app = app_on(storage, folder)
        template = get_template(app.context, "terraform-local", "greeting")
        ids = load(storage, template, range(SMALL), say)
        small = _take(app, ids, say)
        ids += load(storage, template, range(SMALL, size), say)
        large = _take(app, ids, say)
    return [_figure(name, size, small[name], large[name]) for name in small]


def _take(app: AppInProcess, ids: list[str], say: Say) -> dict[str, _Taken]:
    say(f"reading among {len(ids):,} deployments, and making a bare query each time")
    some = cycle(random.Random(1).sample(ids, _PAIRS))  # noqa: S311 - any sample will do
    point, page = _bare_point(app.clients, some), bare_page(app.clients)
    reads: Mapping[str, tuple[Prepare, Prepare]] = {
        "status": (lambda: _status(app, next(some)), point),
        "lookup": (lambda: _lookup(app, next(some)), point),
        "list": (lambda: app.caller("deployments", get(f"/deployments?limit={PAGE}")), page),
    }
    return {name: _one(whole, bare) for name, (whole, bare) in reads.items()}


def _one(whole: Prepare, bare: Prepare) -> _Taken:
    # the first call opens connections
    whole()()
    with recorded_storage_calls() as calls:
        whole()()
    times, alone = interleaved(_PAIRS, whole, bare)
    return _Taken(p50(times), p50(alone), len(calls), sum(call.rows for call in calls))


def _figure(name: str, size: int, small: _Taken, large: _Taken) -> Figure:
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
            results_per_page=PAGE,
        ).by_page()
        return list(next(pages))

    return lambda: read
