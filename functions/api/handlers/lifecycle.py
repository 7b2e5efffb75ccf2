"""What is asked of a deployment after its first operation: plan, apply, destroy, unlock, recover, purge."""

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


def plan(call: RequestWithBody[PlanBody]) -> Response:
    """Find out what would change."""
    body = call.body
    return _accept(
        call,
        OperationRequest(
            kind=OperationKind.PLAN,
            body=call.sent,
            parameters=body.parameters,
            approval=body.approval,
            comment=body.comment,
        ),
    )


def apply(call: RequestWithBody[ApplyBody]) -> Response:
    """Change what there is, with new parameters or the same."""
    body = call.body
    return _accept(
        call,
        OperationRequest(
            kind=OperationKind.APPLY,
            body=call.sent,
            parameters=body.parameters,
            approval=body.approval,
            comment=body.comment,
            discards_errored_state=body.discard_errored_state,
        ),
    )


def destroy(call: RequestWithBody[DestroyBody]) -> Response:
    """Remove what there is; 200 where it is removed already."""
    body = call.body
    return _accept(
        call,
        OperationRequest(
            kind=OperationKind.DESTROY,
            body=call.sent,
            approval=body.approval,
            comment=body.comment,
            confirm=body.confirm,
            discards_errored_state=body.discard_errored_state,
        ),
    )


def unlock(call: RequestWithBody[UnlockBody]) -> Response:
    """Free the state's lock of the given id."""
    request = OperationRequest(
        kind=OperationKind.UNLOCK, body=call.sent, comment=call.body.comment, lock_id=call.body.lock_id
    )
    return _accept(call, request)


def recover(call: RequestWithBody[CommentBody]) -> Response:
    """Write back the state that could not be written."""
    return _accept(
        call, OperationRequest(kind=OperationKind.RECOVER, body=call.sent, comment=call.body.comment)
    )


def purge(call: Request) -> Response:
    """Remove every trace of a deployment that has no resources."""
    purge_deployment(call.ctx, call.route["id"], caller=call.caller)
    return Response(status=HTTPStatus.NO_CONTENT)


def reveal(call: RequestWithBody[EmptyBody]) -> Response:
    """One sensitive output."""
    name = call.route["name"]
    return Response(
        {"name": name, "value": reveal_output(call.ctx, call.route["id"], name, caller=call.caller)}
    )


def accepted_answer(call: Request, accepted: AcceptedOperation) -> Response:
    """202 with the operation; 200 where there is nothing to wait for."""
    view = view_of(call.ctx, accepted.deployment, accepted.operation)
    headers = {
        "Operation-Location": call.links.operation(accepted.operation.id),
        **replay_headers(call.headers, replayed=accepted.replayed),
    }
    body = encoders.operation(view, call.ctx.now())
    if accepted.operation.status.is_final:
        return Response(body, headers=headers)
    polls = operation_poll_headers(call, accepted.operation.id)
    return Response(body, HTTPStatus.ACCEPTED, {**headers, **polls})


def _accept(call: Request, request: OperationRequest) -> Response:
    accepted = create_operation(
        call.ctx,
        call.route["id"],
        request,
        caller=call.caller,
        correlation_id=call.correlation_id,
        key=idempotency_key(call.headers, f"POST /deployments/{{id}}/{request.kind}"),
    )
    return accepted_answer(call, accepted)
