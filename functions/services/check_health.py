"""GET /health: whether Slipway and what it depends on answer."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from functions.domain.errors import SlipwayError
from functions.services.context import Context


@dataclass(frozen=True, slots=True)
class Health:
    """`dependencies` is name → `ok` or what is wrong."""

    healthy: bool
    dependencies: dict[str, str]


def check_health(ctx: Context) -> Health:
    """Ask every dependency, all at once."""
    pings: dict[str, Callable[[], None]] = {
        "tables": ctx.store.ping,
        "blobs": ctx.artifacts.ping,
        "queues": ctx.bells.ping,
    }
    with ThreadPoolExecutor(len(pings)) as pool:
        states = dict(zip(pings, pool.map(_state, pings.values()), strict=True))
    states["catalog"] = _state(lambda: _check_catalog(ctx))
    return Health(all(state == "ok" for state in states.values()), states)


def _check_catalog(ctx: Context) -> None:
    if not ctx.catalog.list():
        raise SlipwayError("reading the catalog: it has no template; run ./dev catalog")


def _state(ping: Callable[[], None]) -> str:
    try:
        ping()
    except SlipwayError as error:
        return str(error)
    return "ok"
