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


def show_plan(call: Request) -> Response:
    """What its plan would change."""
    found = get_plan(call.ctx, call.route["id"])
    return Response(encoders.plan(found))


def show_log(call: RequestWithQuery[LogQuery]) -> Response:
    """Its log from an offset."""
    return log_answer(read_operation_log(call.ctx, call.route["id"], call.query.offset, MAX_LOG_BYTES))


def approve(call: RequestWithBody[DecisionBody]) -> Response:
    """Let it go on."""
    return _decide(call, approve=True)


def reject(call: RequestWithBody[DecisionBody]) -> Response:
    """End it before anything is applied."""
    return _decide(call, approve=False)


def cancel(call: RequestWithBody[CommentBody]) -> Response:
    """200 where it is stopped, 202 while a runner has yet to stop."""
    found = cancel_operation(call.ctx, call.route["id"], caller=call.caller, comment=call.body.comment)
    view = view_of(call.ctx, found.deployment, found.operation)
    body = {**encoders.operation(view, call.ctx.now()), "in_flight": encoders.in_flight(found.heartbeat)}
    if found.stopped:
        return Response(body)
    return Response(body, HTTPStatus.ACCEPTED, operation_poll_headers(call, found.operation.id))


def retry(call: RequestWithBody[EmptyBody]) -> Response:
    """Ask once more for what it was to do."""
    accepted = retry_operation(
        call.ctx,
        call.route["id"],
        caller=call.caller,
        correlation_id=call.correlation_id,
        key=idempotency_key(call.headers, "POST /operations/{id}/retry"),
    )
    return accepted_answer(call, accepted)


def _decide(call: RequestWithBody[DecisionBody], *, approve: bool) -> Response:
    said = DecisionRequest(approve, call.caller, call.body.comment, call.body.plan_sha256)
    decided = decide_operation(call.ctx, call.route["id"], said)
    view = view_of(call.ctx, decided.deployment, decided.operation)
    return Response(encoders.operation(view, call.ctx.now()))
