"""GET /health."""

from __future__ import annotations

from http import HTTPStatus

from functions import __version__
from functions.api.http import Request, Response
from functions.domain.clock import optional_text
from functions.services.check_health import check_health


def show_health(request: Request) -> Response:
    """200 where all that Slipway needs answers and its timers run, 503 else; the state of each in both, and
    warnings where there are any.
    """
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
