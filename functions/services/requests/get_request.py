"""GET /api/v1/users/requests and /api/v1/users/requests/{id}."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from functions.domain.deployments.deployment import Deployment
from functions.domain.deployments.user_request import request_status
from functions.domain.errors import ProblemCode, RequestRefused
from functions.ports import ListQuery
from functions.services.context import Context
from functions.services.lookup import find_deployment

_READERS = 8


@dataclass(frozen=True, slots=True)
class RequestPage:
    """One page, newest first. It may be short or even empty although it has a token."""

    requests: list[Deployment]
    token: str | None


def get_request(ctx: Context, request_id: str) -> Deployment:
    """Return the deployment that backs the request. Raises RequestRefused `request_not_found`."""
    try:
        deployment = find_deployment(ctx, request_id).deployment
    except RequestRefused:
        deployment = None
    if deployment is None or deployment.request is None:
        raise RequestRefused(
            ProblemCode.REQUEST_NOT_FOUND,
            f"there is no request '{request_id[:64]}'; GET /api/v1/users/requests lists all",
        )
    return deployment


def list_requests(ctx: Context, *, limit: int, token: str | None, status: str | None = None) -> RequestPage:
    """Return one page of the requests that have the status, if one is given.

    Raises RequestRefused `bad_token`.
    """
    page = ctx.index.page(ListQuery(limit=limit, token=token, requests=True))
    with ThreadPoolExecutor(_READERS) as pool:
        requests = list(pool.map(lambda entry: _request_or_none(ctx, entry.deployment_id), page.entries))
    matching = [request for request in requests if request and status in (None, request_status(request))]
    return RequestPage(matching, page.token)


def _request_or_none(ctx: Context, deployment_id: str) -> Deployment | None:
    try:
        return get_request(ctx, deployment_id)
    except RequestRefused:
        return None
