"""The list of deployments, one deployment, its status, and its cancellation."""

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


def show_deployments(request: RequestWithQuery[DeploymentsQuery]) -> Response:
    """Return a page of the list, newest first, with the address of the next page."""
    query = request.query
    page = list_deployments(
        request.ctx,
        ListQuery(
            limit=query.limit,
            token=query.continuation_token,
            status=query.status,
            provider_type=query.provider_type,
            template_name=query.template_name,
            resource_group=query.resource_group,
            created_by=query.created_by,
            created_after=query.created_after,
            created_before=query.created_before,
        ),
    )
    return Response(
        {
            "deployments": [encoders.summary(entry) for entry in page.entries],
            "continuation_token": page.token,
            "next": request.next_page(page.token),
        }
    )


def show_deployment(request: Request) -> Response:
    """Return the complete record."""
    view = get_deployment(request.ctx, request.route["id"])
    now = request.ctx.now()
    return Response(encoders.deployment_record(view.deployment, view.heartbeat, now, request.links))


def show_status(request: Request) -> Response:
    """Return the status document, always with 200 if the deployment exists."""
    view = get_deployment(request.ctx, request.route["id"])
    return Response(encoders.status(view.deployment, view.heartbeat, request.ctx.now()))


def cancel(request: RequestWithBody[CommentBody]) -> Response:
    """Cancel the current operation. Return 200 if it has stopped, 202 if its runner has yet to stop."""
    cancelled = cancel_deployment(
        request.ctx, request.route["id"], caller=request.caller, comment=request.body.comment
    )
    status = encoders.status(cancelled.deployment, cancelled.heartbeat, request.ctx.now())
    body = {**status, "in_flight": encoders.in_flight(cancelled.heartbeat)}
    if cancelled.stopped:
        return Response(body)
    return Response(body, HTTPStatus.ACCEPTED, poll_headers(request, request.route["id"]))
