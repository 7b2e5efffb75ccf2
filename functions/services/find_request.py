"""GET /api/v1/users/requests and /api/v1/users/requests/{id}."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from functions.domain.deployment import Deployment
from functions.domain.errors import RequestRefused
from functions.domain.identifiers import operation_id
from functions.domain.operation import Decision
from functions.domain.status import Approval
from functions.ports import ListQuery
from functions.services.context import Context
from functions.services.find import find_deployment

_READERS = 8


# What is said to a request is among the first few events: accepted, approved.
_FIRST_EVENTS = 10


@dataclass(frozen=True, slots=True)
class RequestView:
    """The deployment that the request is, and what was said to it."""

    deployment: Deployment
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class RequestPage:
    """Newest first; may be short, or even empty, with a token."""

    requests: list[RequestView]
    token: str | None


def get_request(ctx: Context, request_id: str) -> RequestView:
    """One request. Raises RequestRefused `request_not_found`."""
    return request_view(ctx, find_request(ctx, request_id))


def find_request(ctx: Context, request_id: str) -> Deployment:
    """The deployment that the request is. Raises RequestRefused `request_not_found`."""
    try:
        deployment = find_deployment(ctx, request_id).deployment
    except RequestRefused:
        deployment = None
    if deployment is None or deployment.request is None:
        raise RequestRefused("request_not_found", f"there is no request '{request_id[:64]}'")
    return deployment


def list_requests(ctx: Context, *, limit: int, token: str | None) -> RequestPage:
    """One page. Raises RequestRefused `bad_token`."""
    page = ctx.index.page(ListQuery(limit=limit, token=token, requests=True))
    with ThreadPoolExecutor(_READERS) as pool:
        views = list(pool.map(lambda entry: _view(ctx, entry.deployment_id), page.entries))
    return RequestPage([view for view in views if view], page.token)


def request_view(ctx: Context, deployment: Deployment) -> RequestView:
    """The request with the newest decision on it."""
    decided = [
        operation.decision
        for operation in (deployment.operation, *deployment.others)
        if operation.approval is Approval.REQUEST and operation.decision
    ]
    if decided:
        return RequestView(deployment, decided[-1])
    first_id = operation_id(deployment.deployment_id, 1)
    first = deployment.find(first_id) or ctx.store.operation(first_id)
    if first is not None and first.approval is Approval.PLAN:
        # its own decision is the one on the plan, which followed that on the request
        return RequestView(deployment, _approved_by(ctx, deployment))
    return RequestView(deployment, first.decision if first else None)


def _approved_by(ctx: Context, deployment: Deployment) -> Decision | None:
    for event in ctx.store.events(deployment.deployment_id, after=0, limit=_FIRST_EVENTS):
        if event.name == "approved":
            return Decision(True, event.actor, event.at, event.detail.get("comment"))
    return None


def _view(ctx: Context, deployment_id: str) -> RequestView | None:
    stored = ctx.store.get(deployment_id)
    return request_view(ctx, stored.deployment) if stored and stored.deployment.request else None
