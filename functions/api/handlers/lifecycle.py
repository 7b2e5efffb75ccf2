"""Requests to an existing deployment: plan, apply, destroy, unlock, recover, purge, reveal."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from functions.api import encoders
from functions.api.handlers.long_running import operation_poll_headers
from functions.api.http import Request, RequestWithBody, Response
from functions.api.idempotency import idempotency_key, replay_headers
from functions.domain.status import OperationKind
from functions.services.deployments.purge_deployment import purge_deployment
from functions.services.deployments.reveal_output import reveal_output
from functions.services.operations.create_operation import (
    AcceptedOperation,
    OperationRequest,
    create_operation,
)
from functions.services.operations.get_operation import view_of

if TYPE_CHECKING:
    from functions.api.bodies.operations import (
        ApplyBody,
        CommentBody,
        DestroyBody,
        EmptyBody,
        PlanBody,
        UnlockBody,
    )


def plan(request: RequestWithBody[PlanBody]) -> Response:
    """Create a plan operation, which shows the changes and makes none."""
    body = request.body
    return _accept(
        request,
        OperationRequest(
            kind=OperationKind.PLAN,
            body=request.sent,
            parameters=body.parameters,
            approval=body.approval,
            comment=body.comment,
        ),
    )


def apply(request: RequestWithBody[ApplyBody]) -> Response:
    """Create an apply operation, with new parameters or the current ones."""
    body = request.body
    return _accept(
        request,
        OperationRequest(
            kind=OperationKind.APPLY,
            body=request.sent,
            parameters=body.parameters,
            approval=body.approval,
            comment=body.comment,
            discards_errored_state=body.discard_errored_state,
        ),
    )


def destroy(request: RequestWithBody[DestroyBody]) -> Response:
    """Create a destroy operation. Return 200 if the resources are destroyed already."""
    body = request.body
    return _accept(
        request,
        OperationRequest(
            kind=OperationKind.DESTROY,
            body=request.sent,
            approval=body.approval,
            comment=body.comment,
            confirm=body.confirm,
            discards_errored_state=body.discard_errored_state,
        ),
    )


def unlock(request: RequestWithBody[UnlockBody]) -> Response:
    """Create an operation that releases the state lock with the given id."""
    operation_request = OperationRequest(
        kind=OperationKind.UNLOCK,
        body=request.sent,
        comment=request.body.comment,
        lock_id=request.body.lock_id,
    )
    return _accept(request, operation_request)


def recover(request: RequestWithBody[CommentBody]) -> Response:
    """Create an operation that writes the errored state to the backend."""
    return _accept(
        request, OperationRequest(kind=OperationKind.RECOVER, body=request.sent, comment=request.body.comment)
    )


def purge(request: Request) -> Response:
    """Delete everything that is stored of a deployment without resources."""
    purge_deployment(request.ctx, request.route["id"], caller=request.caller)
    return Response(status=HTTPStatus.NO_CONTENT)


def reveal(request: RequestWithBody[EmptyBody]) -> Response:
    """Return the value of one sensitive output."""
    name = request.route["name"]
    return Response(
        {"name": name, "value": reveal_output(request.ctx, request.route["id"], name, caller=request.caller)}
    )


def accepted_response(request: Request, accepted: AcceptedOperation) -> Response:
    """Return the operation, with 200 if it has ended already, else with 202."""
    view = view_of(request.ctx, accepted.deployment, accepted.operation)
    headers = {
        "Operation-Location": request.links.operation(accepted.operation.id),
        **replay_headers(request.headers, replayed=accepted.replayed),
    }
    body = encoders.operation(view, request.ctx.now())
    if accepted.operation.status.is_final:
        return Response(body, headers=headers)
    polls = operation_poll_headers(request, accepted.operation.id)
    return Response(body, HTTPStatus.ACCEPTED, {**headers, **polls})


def _accept(request: Request, operation_request: OperationRequest) -> Response:
    accepted = create_operation(
        request.ctx,
        request.route["id"],
        operation_request,
        caller=request.caller,
        correlation_id=request.correlation_id,
        key=idempotency_key(request.headers, f"POST /deployments/{{id}}/{operation_request.kind}"),
    )
    return accepted_response(request, accepted)
