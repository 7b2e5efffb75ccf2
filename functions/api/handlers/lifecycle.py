"""What is asked of a deployment after its first operation: plan, apply, destroy, unlock, recover, forget."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from functions.api import encoders
from functions.api.handlers.long_running import operation_poll_headers
from functions.api.http import Answer, Call
from functions.api.idempotency import idempotency_key, replay_headers
from functions.domain.status import Approval, OperationKind
from functions.services.accept_operation import AcceptedOperation, OperationRequest, accept_operation
from functions.services.forget_deployment import forget_deployment
from functions.services.get_operation import view_of
from functions.services.reveal_output import reveal_output


def plan(call: Call) -> Answer:
    """Find out what would change."""
    return _ask(call, OperationKind.PLAN)


def apply(call: Call) -> Answer:
    """Change what there is, with new parameters or the same."""
    return _ask(call, OperationKind.APPLY)


def destroy(call: Call) -> Answer:
    """Remove what there is; 200 where it is removed already."""
    return _ask(call, OperationKind.DESTROY)


def unlock(call: Call) -> Answer:
    """Free the state's lock of the given id."""
    return _ask(call, OperationKind.UNLOCK)


def recover(call: Call) -> Answer:
    """Write back the state that could not be written."""
    return _ask(call, OperationKind.RECOVER)


def forget(call: Call) -> Answer:
    """Remove every trace of a deployment that has no resources."""
    forget_deployment(call.ctx, call.route["id"], caller=call.caller)
    return Answer(status=HTTPStatus.NO_CONTENT)


def reveal(call: Call) -> Answer:
    """One sensitive output."""
    name = call.route["name"]
    return Answer(
        {"name": name, "value": reveal_output(call.ctx, call.route["id"], name, caller=call.caller)}
    )


def accepted_answer(call: Call, accepted: AcceptedOperation) -> Answer:
    """202 with the operation; 200 where there is nothing to wait for."""
    view = view_of(call.ctx, accepted.deployment, accepted.operation)
    headers = {
        "Operation-Location": call.links.operation(accepted.operation.id),
        **replay_headers(call.headers, replayed=accepted.replayed),
    }
    body = encoders.operation(view, call.ctx.now())
    if accepted.operation.status.is_final:
        return Answer(body, headers=headers)
    polls = operation_poll_headers(call, accepted.operation.id)
    return Answer(body, HTTPStatus.ACCEPTED, {**headers, **polls})


def _ask(call: Call, kind: OperationKind) -> Answer:
    body: dict[str, Any] = call.body
    request = OperationRequest(
        kind=kind,
        body=body,
        parameters=body.get("parameters"),
        approval=Approval(body["approval"]) if "approval" in body else None,
        comment=body.get("comment"),
        confirm=body.get("confirm"),
        lock_id=body.get("lock_id"),
        discards_errored_state=body.get("discard_errored_state", False),
    )
    accepted = accept_operation(
        call.ctx,
        call.route["id"],
        request,
        caller=call.caller,
        correlation_id=call.correlation_id,
        key=idempotency_key(call.headers, f"POST /deployments/{{id}}/{kind}"),
    )
    return accepted_answer(call, accepted)
