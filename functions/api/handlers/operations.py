"""One operation: its plan and log, its approval, rejection and cancellation, and its retry."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from functions.api import encoders
from functions.api.handlers.history import MAX_LOG_BYTES, log_response
from functions.api.handlers.lifecycle import accepted_response
from functions.api.handlers.long_running import operation_poll_headers
from functions.api.http import Request, RequestWithBody, RequestWithQuery, Response
from functions.api.idempotency import idempotency_key
from functions.api.queries import LogQuery
from functions.services.operations.cancel_operation import cancel_operation
from functions.services.operations.decide_operation import DecisionRequest, decide_operation
from functions.services.operations.get_operation import view_of
from functions.services.operations.get_plan import get_plan
from functions.services.operations.read_log import read_operation_log
from functions.services.operations.retry_operation import retry_operation

if TYPE_CHECKING:
    from functions.api.bodies.operations import CommentBody, DecisionBody, EmptyBody


def show_plan(request: Request) -> Response:
    """Return the changes of the operation's plan."""
    return Response(encoders.plan(get_plan(request.ctx, request.route["id"])))


def show_log(request: RequestWithQuery[LogQuery]) -> Response:
    """Return the operation's log from a byte offset."""
    return log_response(
        read_operation_log(request.ctx, request.route["id"], request.query.offset, MAX_LOG_BYTES)
    )


def approve(request: RequestWithBody[DecisionBody]) -> Response:
    """Approve the operation, which then continues."""
    return _decide(request, approve=True)


def reject(request: RequestWithBody[DecisionBody]) -> Response:
    """Reject the operation, which ends before it applies anything."""
    return _decide(request, approve=False)


def cancel(request: RequestWithBody[CommentBody]) -> Response:
    """Cancel the operation. Return 200 if it has stopped, 202 if its runner has yet to stop."""
    cancelled = cancel_operation(
        request.ctx, request.route["id"], caller=request.caller, comment=request.body.comment
    )
    view = view_of(request.ctx, cancelled.deployment, cancelled.operation)
    body = {
        **encoders.operation(view, request.ctx.now()),
        "in_flight": encoders.in_flight(cancelled.heartbeat),
    }
    if cancelled.stopped:
        return Response(body)
    return Response(body, HTTPStatus.ACCEPTED, operation_poll_headers(request, cancelled.operation.id))


def retry(request: RequestWithBody[EmptyBody]) -> Response:
    """Create a new operation that repeats this one."""
    accepted = retry_operation(
        request.ctx,
        request.route["id"],
        caller=request.caller,
        correlation_id=request.correlation_id,
        key=idempotency_key(request.headers, "POST /operations/{id}/retry"),
    )
    return accepted_response(request, accepted)


def _decide(request: RequestWithBody[DecisionBody], *, approve: bool) -> Response:
    decision = DecisionRequest(approve, request.caller, request.body.comment, request.body.plan_sha256)
    decided = decide_operation(request.ctx, request.route["id"], decision)
    view = view_of(request.ctx, decided.deployment, decided.operation)
    return Response(encoders.operation(view, request.ctx.now()))
