"""GET /health."""

from __future__ import annotations

from http import HTTPStatus

from functions import __version__
from functions.api.http import Answer, Call
from functions.services.check_health import check_health


def show_health(call: Call) -> Answer:
    """200 where everything that Slipway needs answers, 503 else; each dependency's state in both."""
    health = check_health(call.ctx)
    body = {
        "status": "healthy" if health.healthy else "unhealthy",
        "version": __version__,
        "dependencies": health.dependencies,
    }
    return Answer(body, HTTPStatus.OK if health.healthy else HTTPStatus.SERVICE_UNAVAILABLE)
