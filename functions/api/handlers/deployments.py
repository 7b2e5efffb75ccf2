"""The list of deployments, one whole, its status, and its cancellation."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from functions.api import encoders
from functions.api.handlers.long_running import poll_headers
from functions.api.http import Request, RequestWithBody, Response
from functions.ports import ListQuery
from functions.services.deployments.get_deployment import get_deployment
from functions.services.deployments.list_deployments import list_deployments
from functions.services.operations.cancel_operation import cancel_deployment

if TYPE_CHECKING:
    from functions.api.bodies.operations import CommentBody

DEFAULT_LIMIT = 50


def show_deployments(call: Request) -> Response:
    """A page of the list, newest first, with the address of the next one."""
    page = list_deployments(call.ctx, _list_query(call.query))
    return Response(
        {
            "deployments": [encoders.summary(entry) for entry in page.entries],
            "continuation_token": page.token,
            "next": call.next_page(page.token),
        }
    )


def show_deployment(call: Request) -> Response:
    """The whole record."""
    found = get_deployment(call.ctx, call.route["id"])
    now = call.ctx.now()
    return Response(encoders.record(found.deployment, found.heartbeat, now, call.links))


def show_status(call: Request) -> Response:
    """The status document; always 200 where the deployment exists."""
    found = get_deployment(call.ctx, call.route["id"])
    return Response(encoders.status(found.deployment, found.heartbeat, call.ctx.now()))


def cancel(call: RequestWithBody[CommentBody]) -> Response:
    """200 where it is stopped, 202 while a runner has yet to stop."""
    cancelled = cancel_deployment(call.ctx, call.route["id"], caller=call.caller, comment=call.body.comment)
    status = encoders.status(cancelled.deployment, cancelled.heartbeat, call.ctx.now())
    body = {**status, "in_flight": encoders.in_flight(cancelled.heartbeat)}
    if cancelled.stopped:
        return Response(body)
    return Response(body, HTTPStatus.ACCEPTED, poll_headers(call, call.route["id"]))


def _list_query(query: Mapping[str, Any]) -> ListQuery:
    renamed = {"token" if name == "continuation_token" else name: value for name, value in query.items()}
    return ListQuery(**{"limit": DEFAULT_LIMIT, **renamed})
