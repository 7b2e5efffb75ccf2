"""The infrastructure API: runs of a stack, followed by their operation."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from functions.api import encoders
from functions.api.handlers.long_running import RETRY_AFTER
from functions.api.http import Answer, Call
from functions.api.idempotency import idempotency_key, replay_headers
from functions.api.renamed_fields import renamed_fields
from functions.domain.status import OperationKind
from functions.services.get_operation import get_operation, view_of
from functions.services.list_runs import RunQuery, list_runs
from functions.services.run_stack import RunRequest, run_stack

DEFAULT_LIMIT = 50

_NAMES = {"/parameters": "/vars", "/template_name": "/stack_path", "/provider_type": "/stack_path"}


def start(call: Call) -> Answer:
    """Take a run on; `Location` is its operation."""
    body: dict[str, Any] = call.body
    request = RunRequest(
        action=OperationKind(body["action"]),
        stack_path=body["stack_path"],
        workspace=body.get("workspace", "default"),
        env_id=body.get("env_id"),
        variables=body.get("vars"),
        body=body,
    )
    with renamed_fields(_NAMES):
        accepted = run_stack(
            call.ctx,
            request,
            caller=call.caller,
            correlation_id=call.correlation_id,
            key=idempotency_key(call.headers, "POST /api/v1/infrastructure/runs"),
        )
    view = view_of(call.ctx, accepted.deployment, accepted.operation)
    headers = {
        **_poll_headers(call, accepted.operation.id),
        "Operation-Location": call.links.operation(accepted.operation.id),
        **replay_headers(call.headers, replayed=accepted.replayed),
    }
    return Answer(encoders.run(view, call.ctx.now()), HTTPStatus.ACCEPTED, headers)


def show(call: Call) -> Answer:
    """202 until the operation has ended, then 200; the operation both times."""
    view = get_operation(call.ctx, call.route["id"])
    body = encoders.run(view, call.ctx.now())
    if view.operation.status.is_final:
        return Answer(body)
    return Answer(body, HTTPStatus.ACCEPTED, _poll_headers(call, view.operation.id))


def show_all(call: Call) -> Answer:
    """A page of operations, newest first."""
    given = dict(call.query)
    token = given.pop("continuation_token", None)
    page = list_runs(call.ctx, RunQuery(**{"limit": DEFAULT_LIMIT, **given, "token": token}))
    now = call.ctx.now()
    return Answer(
        {
            "operations": [encoders.run(view, now) for view in page.runs],
            "continuation_token": page.token,
        }
    )


def _poll_headers(call: Call, operation_id: str) -> dict[str, str]:
    return {"Location": call.links.run(operation_id), "Retry-After": str(RETRY_AFTER)}
