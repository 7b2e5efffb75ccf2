"""Answers requests with HTTP functions, and the host's own address `POST /admin/functions/<name>`."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import azure.functions as func
from azure.functions.http import HttpRequest, HttpResponseConverter

from local.host.functions import IndexedFunction
from local.host.http.http_server import IncomingRequest, Response
from local.host.http.routes import RouteTable
from local.host.http.url_decoding import decode_path, encode_path, parse_query
from local.host.invocation import InvocationFailedError, Invoker

logger = logging.getLogger("slipway.host")

_ADMIN_FUNCTIONS = "/admin/functions/"
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class HttpTrigger:
    """Passes requests to functions. `run_by_hand(name, input)` starts a function with another trigger, and
    returns False if there is none of that name. `wake_listeners()` is called after a request that may have
    sent a message.
    """

    def __init__(
        self,
        routes: RouteTable,
        invoker: Invoker,
        run_by_hand: Callable[[str, str], bool],
        wake_listeners: Callable[[], None],
    ) -> None:
        self._routes = routes
        self._invoker = invoker
        self._run_by_hand = run_by_hand
        self._wake_listeners = wake_listeners

    def handle(self, request: IncomingRequest) -> Response:
        """Return the response of the first function whose route and method match; 404 if none does."""
        try:
            path = decode_path(request.path)
        except ValueError:
            return Response(400)
        if path.lower().startswith(_ADMIN_FUNCTIONS):
            return self._run_function(request, path[len(_ADMIN_FUNCTIONS) :])
        match = self._routes.match(request.method, path)
        if match is None:
            return Response(404)
        function, route_parameters = match
        value = HttpRequest(
            method=request.method,
            url=f"http://{request.host}{encode_path(path)}" + (f"?{request.query}" if request.query else ""),
            headers=request.headers,
            params=parse_query(request.query),
            route_params=route_parameters,
            body_type="bytes",
            body=request.body,
        )
        response = self._invoke(function, value, request.headers.get("traceparent"))
        if request.method not in _SAFE_METHODS:
            self._wake_listeners()
        return response

    def _invoke(self, function: IndexedFunction, request: HttpRequest, traceparent: str | None) -> Response:
        try:
            result = self._invoker.invoke(function, request, traceparent)
        except InvocationFailedError:
            return Response(500)
        if not isinstance(result, func.HttpResponse):
            logger.error(
                "function '%s' returned '%s', not an HttpResponse", function.name, type(result).__name__
            )
            return Response(500)
        return _encode(result)

    def _run_function(self, request: IncomingRequest, name: str) -> Response:
        if request.method != "POST":
            return Response(404)
        try:
            body = json.loads(request.body or b"{}")
        except ValueError:
            return Response(400)
        text = body.get("input", "") if isinstance(body, dict) else None
        if not isinstance(text, str):
            return Response(400)
        return Response(202 if self._run_by_hand(name, text) else 404)


def _encode(response: func.HttpResponse) -> Response:
    """Encode a response with the library's own converter, so that headers and cookies are as in Azure."""
    encoded: dict[str, Any] = HttpResponseConverter.encode(response, expected_type=None).value
    headers = [(name, datum.value) for name, datum in encoded["headers"].items()]
    cookies = [
        ("Set-Cookie", morsel.OutputString())
        for cookie in encoded["cookies"] or ()
        for morsel in cookie.values()
    ]
    return Response(int(encoded["status_code"].value), (*headers, *cookies), encoded["body"].value)
