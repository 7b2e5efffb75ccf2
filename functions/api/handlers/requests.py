"""The request API: users ask for a resource by its type, admins approve or reject."""

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


def submit(call: RequestWithBody[SubmissionBody]) -> Response:
    """Take a request on; nothing is run before it is approved."""
    body = call.body
    request = UserRequest(body.name, body.resource_type, body.config, body.team_id)
    submission = Submission(request, call.sent, body.env_id, body.dry_run)
    accepted = submit_request(
        call.ctx,
        submission,
        caller=call.caller,
        correlation_id=call.correlation_id,
        key=idempotency_key(call.headers, "POST /api/v1/users/requests/submit"),
    )
    headers = {
        "Location": call.links.request(accepted.deployment.deployment_id),
        **replay_headers(call.headers, replayed=accepted.replayed),
    }
    return Response(encoders.user_request(accepted.deployment), HTTPStatus.CREATED, headers)


def show(call: Request) -> Response:
    """One request."""
    return Response(encoders.user_request(get_request(call.ctx, call.route["id"])))


def show_all(call: RequestWithQuery[RequestsQuery]) -> Response:
    """A page of requests, newest first."""
    asked = call.query
    page = list_requests(call.ctx, limit=asked.limit, token=asked.continuation_token, status=asked.status)
    return Response(
        {
            "requests": [encoders.user_request(deployment) for deployment in page.requests],
            "continuation_token": page.token,
            "next": call.next_page(page.token),
        }
    )


def approve(call: RequestWithBody[NotesBody]) -> Response:
    """Have it provisioned."""
    return _decide(call, approve=True)


def reject(call: RequestWithBody[NotesBody]) -> Response:
    """End it."""
    return _decide(call, approve=False)


def _decide(call: RequestWithBody[NotesBody], *, approve: bool) -> Response:
    notes = call.body.notes
    decided = decide_request(call.ctx, call.route["id"], approve=approve, caller=call.caller, comment=notes)
    return Response(encoders.user_request(decided))
