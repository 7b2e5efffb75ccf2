"""What is asked of one operation: its plan and log, approval, rejection, cancellation, a retry."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from functions.api import encoders
from functions.api.handlers.history import MAX_LOG_BYTES, log_answer
from functions.api.handlers.lifecycle import accepted_answer
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
    """What its plan would change."""
    return Response(encoders.plan(get_plan(request.ctx, request.route["id"])))


def show_log(request: RequestWithQuery[LogQuery]) -> Response:
    """Its log from an offset."""
    return log_answer(
        read_operation_log(request.ctx, request.route["id"], request.query.offset, MAX_LOG_BYTES)
    )


def approve(request: RequestWithBody[DecisionBody]) -> Response:
    """Let it go on."""
    return _decide(request, approve=True)


def reject(request: RequestWithBody[DecisionBody]) -> Response:
    """End it before anything is applied."""
    return _decide(request, approve=False)


def cancel(request: RequestWithBody[CommentBody]) -> Response:
    """200 where it is stopped, 202 while a runner has yet to stop."""
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
    """Ask once more for what it was to do."""
    accepted = retry_operation(
        request.ctx,
        request.route["id"],
        caller=request.caller,
        correlation_id=request.correlation_id,
        key=idempotency_key(request.headers, "POST /operations/{id}/retry"),
    )
    return accepted_answer(request, accepted)


def _decide(request: RequestWithBody[DecisionBody], *, approve: bool) -> Response:
    decision = DecisionRequest(approve, request.caller, request.body.comment, request.body.plan_sha256)
    decided = decide_operation(request.ctx, request.route["id"], decision)
    view = view_of(request.ctx, decided.deployment, decided.operation)
    return Response(encoders.operation(view, request.ctx.now()))
