"""The HTTP API. Each path is one function that accepts all methods, so that Slipway answers a wrong one."""

from __future__ import annotations

from collections.abc import Callable

import azure.functions as func

from functions.api.dispatch import Dispatcher
from functions.api.routes import NOT_FOUND, ROUTES, Route
from functions.services.context import Context
from functions.settings import Settings

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


def blueprint(get_context: Callable[[], Context], get_settings: Callable[[], Settings]) -> func.Blueprint:
    """Return the API's functions. The callables are called by requests only, not while the host indexes."""
    functions = func.Blueprint()  # type: ignore[no-untyped-call]
    dispatcher = Dispatcher(get_context, get_settings)
    for route in (*ROUTES, NOT_FOUND):
        _register(functions, route, dispatcher)
    return functions


def _register(functions: func.Blueprint, route: Route, dispatcher: Dispatcher) -> None:
    level = func.AuthLevel.ANONYMOUS if route.anonymous else None

    @functions.function_name(route.name)
    @functions.route(route.path, methods=METHODS, auth_level=level)
    def respond(req: func.HttpRequest) -> func.HttpResponse:
        return dispatcher.respond(route, req)
