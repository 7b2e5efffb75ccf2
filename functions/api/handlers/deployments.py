"""The list of deployments, one whole, its status, and its cancellation."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from functions.api import encoders
from functions.api.handlers.long_running import poll_headers
from functions.api.http import Request, RequestWithBody, RequestWithQuery, Response
from functions.api.queries import DeploymentsQuery
from functions.ports import ListQuery
from functions.services.deployments.get_deployment import get_deployment
from functions.services.deployments.list_deployments import list_deployments
from functions.services.operations.cancel_operation import cancel_deployment

if TYPE_CHECKING:
    from functions.api.bodies.operations import CommentBody


def show_deployments(call: RequestWithQuery[DeploymentsQuery]) -> Response:
    """A page of the list, newest first, with the address of the next one."""
    asked = call.query
    page = list_deployments(
        call.ctx,
        ListQuery(
            limit=asked.limit,
            token=asked.continuation_token,
            status=asked.status,
            provider_type=asked.provider_type,
            template_name=asked.template_name,
            resource_group=asked.resource_group,
            created_by=asked.created_by,
            created_after=asked.created_after,
            created_before=asked.created_before,
        ),
    )
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
    return Response(encoders.deployment_record(found.deployment, found.heartbeat, now, call.links))


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
