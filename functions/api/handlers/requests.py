"""The request API: users request a resource by its type, administrators approve or reject it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from functions.api import encoders
from functions.api.http import Request, RequestWithBody, RequestWithQuery, Response
from functions.api.idempotency import idempotency_key, replay_headers
from functions.api.queries import RequestsQuery
from functions.domain.deployments.deployment import UserRequest
from functions.services.requests.decide_request import decide_request
from functions.services.requests.get_request import get_request, list_requests
from functions.services.requests.submit_request import Submission, submit_request

if TYPE_CHECKING:
    from functions.api.bodies.requests import NotesBody, SubmissionBody


def submit(request: RequestWithBody[SubmissionBody]) -> Response:
    """Create a request. Nothing runs before it is approved."""
    body = request.body
    user_request = UserRequest(body.name, body.resource_type, body.config, body.team_id)
    submission = Submission(user_request, request.sent, body.env_id, body.dry_run)
    accepted = submit_request(
        request.ctx,
        submission,
        caller=request.caller,
        correlation_id=request.correlation_id,
        key=idempotency_key(request.headers, "POST /api/v1/users/requests/submit"),
    )
    headers = {
        "Location": request.links.request(accepted.deployment.deployment_id),
        **replay_headers(request.headers, replayed=accepted.replayed),
    }
    return Response(encoders.user_request(accepted.deployment), HTTPStatus.CREATED, headers)


def show(request: Request) -> Response:
    """Return one request."""
    return Response(encoders.user_request(get_request(request.ctx, request.route["id"])))


def show_all(request: RequestWithQuery[RequestsQuery]) -> Response:
    """Return a page of requests, newest first."""
    query = request.query
    page = list_requests(request.ctx, limit=query.limit, token=query.continuation_token, status=query.status)
    return Response(
        {
            "requests": [encoders.user_request(deployment) for deployment in page.requests],
            "continuation_token": page.token,
            "next": request.next_page(page.token),
        }
    )


def approve(request: RequestWithBody[NotesBody]) -> Response:
    """Approve the request, which is then provisioned."""
    return _decide(request, approve=True)


def reject(request: RequestWithBody[NotesBody]) -> Response:
    """Reject the request, which ends."""
    return _decide(request, approve=False)


def _decide(request: RequestWithBody[NotesBody], *, approve: bool) -> Response:
    notes = request.body.notes
    decided = decide_request(
        request.ctx, request.route["id"], approve=approve, caller=request.caller, comment=notes
    )
    return Response(encoders.user_request(decided))
