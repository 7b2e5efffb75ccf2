"""Handles one request: the checks before the handler, the handler, the response and the log line."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import fields
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import azure.functions as func

from functions.api.caller import caller_of
from functions.api.http import Request, RequestWithBody, RequestWithQuery, Response, json_body
from functions.api.links import Links, RequestUrl
from functions.api.problems import Problem, problem_of
from functions.api.query import IGNORED, parse_query
from functions.api.routes import NOT_FOUND, ROUTES, Endpoint, RequestBody, Route
from functions.domain.errors import ProblemCode, RequestRefused
from functions.domain.identifiers import correlation_id_from
from functions.observability import bind
from functions.services.context import Context
from functions.settings import Settings

log = logging.getLogger("slipway.api")


class Dispatcher:
    """Responds to requests. It gets context and settings at each request; the first request builds them."""

    def __init__(self, get_context: Callable[[], Context], get_settings: Callable[[], Settings]) -> None:
        self._get_context = get_context
        self._get_settings = get_settings

    def respond(self, route: Route, req: func.HttpRequest) -> func.HttpResponse:
        """Return the response to a request that the host has routed. Never raises."""
        started = time.monotonic()
        url = RequestUrl.parse(req.url)
        headers = req.headers
        correlation_id = correlation_id_from(headers.get("x-correlation-id"), headers.get("traceparent"))
        with bind(correlation_id=correlation_id):
            response = self._respond(route, req, url, correlation_id)
            log.info(
                "answered a request",
                extra={
                    "method": req.method,
                    "path": url.path,
                    "function": route.name,
                    "status": int(response.status),
                    "duration_ms": round((time.monotonic() - started) * 1000, 1),
                    **({"code": response.problem_code} if response.problem_code else {}),
                },
            )
        return response.encode(correlation_id=correlation_id, head=req.method == "HEAD")

    def _respond(self, route: Route, req: func.HttpRequest, url: RequestUrl, correlation_id: str) -> Response:
        try:
            if req.method == "OPTIONS" and route is not NOT_FOUND:
                return Response(status=HTTPStatus.NO_CONTENT, headers={"Allow": route.allowed})
            endpoint = _endpoint(route, req.method, url.path)
            return endpoint.handler(self._request(route, endpoint, req, url, correlation_id))
        except Exception as error:  # noqa: BLE001 - every error becomes a problem document, here and nowhere else
            return _problem_response(problem_of(error), url.path, correlation_id)

    def _request(
        self, route: Route, endpoint: Endpoint, req: func.HttpRequest, url: RequestUrl, correlation_id: str
    ) -> Request:
        # The host's own parser joins repeated values and drops empty ones.
        pairs = parse_qsl(url.query, keep_blank_values=True)
        query = parse_query(pairs, endpoint.query)
        settings = self._get_settings()
        base = settings.public_url or url.origin
        must_sign_in = settings.easy_auth and not route.anonymous
        caller = caller_of(
            req.headers, dict(pairs).get("code"), easy_auth=must_sign_in, user_header=settings.user_header
        )
        request = Request(
            ctx=self._get_context(),
            links=Links(base),
            caller=caller,
            correlation_id=correlation_id,
            path=url.path,
            route=req.route_params,
            query_text=[(name, value) for name, value in pairs if name not in IGNORED],
            headers=req.headers,
        )
        if endpoint.body:
            return _with_body(request, endpoint.body, req, base + url.path)
        return RequestWithQuery(**_members(request), query=query)


def _endpoint(route: Route, method: str, path: str) -> Endpoint:
    if route is NOT_FOUND:
        raise _not_found(path)
    endpoint = route.methods.get("GET" if method == "HEAD" else method)
    if endpoint is None:
        raise RequestRefused(
            ProblemCode.METHOD_NOT_ALLOWED,
            f"method {method} is not allowed; use {route.allowed}",
            headers={"Allow": route.allowed},
        )
    return endpoint


def _with_body(
    request: Request, body: RequestBody, req: func.HttpRequest, address: str
) -> RequestWithBody[Any]:
    sent = _sent(body, req, address)
    # Functions imports this module at every cold start; pydantic takes 100 ms.
    from functions.api.body_check import model_named, read_body

    model = read_body(model_named(body.model), sent, partial(body.semantic_checks, request.ctx))
    return RequestWithBody(**_members(request), body=model, sent=sent)


def _members(request: Request) -> dict[str, Any]:
    return {member.name: getattr(request, member.name) for member in fields(request)}


def _sent(body: RequestBody, req: func.HttpRequest, address: str) -> Any:
    """Return the body's JSON value. An optional body that is empty counts as an empty object."""
    if not body.required and not req.get_body():
        return {}
    example = json.dumps(body.example)
    example_call = f"curl -X {req.method} '{address}' -H 'Content-Type: application/json' -d '{example}'"
    return json_body(req, example=example_call)


def _problem_response(problem: Problem, path: str, correlation_id: str) -> Response:
    document = problem.document(instance=path, correlation_id=correlation_id)
    return Response(document, problem.status, problem.headers, "application/problem+json", problem.code)


def _not_found(path: str) -> RequestRefused:
    # Imported here, as only a wrong path needs it.
    import difflib

    shown = path[:100]
    paths = [route.path for route in ROUTES]
    nearest = difflib.get_close_matches(shown.strip("/").removeprefix("api/"), paths, n=1)
    hint = f"; did you mean '/{nearest[0]}'?" if nearest else ""
    return RequestRefused(ProblemCode.NOT_FOUND, f"there is nothing at '{shown}'{hint}")
