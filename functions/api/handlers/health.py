"""GET /health."""

from __future__ import annotations

from http import HTTPStatus

from functions import __version__
from functions.api.http import Request, Response
from functions.domain.clock import optional_text
from functions.services.check_health import check_health


def show_health(request: Request) -> Response:
    """Return the state of every dependency and timer, with 200 if all are healthy, else with 503."""
    health = check_health(request.ctx)
    body: dict[str, object] = {
        "status": "healthy" if health.healthy else "unhealthy",
        "version": __version__,
        "dependencies": health.dependencies,
        "timers": {
            timer.value: {"state": run.state, "last_ran_at": optional_text(run.last_ran_at)}
            for timer, run in health.timers.items()
        },
    }
    if health.warnings:
        body["warnings"] = list(health.warnings)
    return Response(body, HTTPStatus.OK if health.healthy else HTTPStatus.SERVICE_UNAVAILABLE)
