"""The infrastructure API: runs of a stack, followed by their operation."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from functions.api import encoders
from functions.api.handlers.long_running import operation_poll_headers
from functions.api.http import Request, RequestWithBody, RequestWithQuery, Response
from functions.api.idempotency import idempotency_key, replay_headers
from functions.api.queries import RunsQuery
from functions.services.operations.get_operation import view_of
from functions.services.runs.get_run import RunView, get_run
from functions.services.runs.list_runs import RunQuery, list_runs
from functions.services.runs.start_run import RunRequest, start_run

if TYPE_CHECKING:
    from functions.api.bodies.runs import RunBody


def start(call: RequestWithBody[RunBody]) -> Response:
    """Take a run on; `Location` is its operation."""
    body = call.body
    request = RunRequest(
        action=body.action,
        stack_path=body.stack_path,
        workspace=body.workspace,
        env_id=body.env_id,
        variables=body.vars,
        body=call.sent,
        confirm=body.confirm,
        discards_errored_state=body.discard_errored_state,
    )
    accepted = start_run(
        call.ctx,
        request,
        caller=call.caller,
        correlation_id=call.correlation_id,
        key=idempotency_key(call.headers, "POST /api/v1/infrastructure/runs"),
    )
    run = RunView(view_of(call.ctx, accepted.deployment, accepted.operation), produced_outputs=False)
    headers = {
        **operation_poll_headers(call, accepted.operation.id),
        "Operation-Location": call.links.operation(accepted.operation.id),
        **replay_headers(call.headers, replayed=accepted.replayed),
    }
    return Response(encoders.run(run, call.ctx.now()), HTTPStatus.ACCEPTED, headers)


def show(call: Request) -> Response:
    """202 until the operation has ended, then 200; the operation both times."""
    run = get_run(call.ctx, call.route["id"])
    body = encoders.run(run, call.ctx.now())
    if run.view.operation.status.is_final:
        return Response(body)
    return Response(body, HTTPStatus.ACCEPTED, operation_poll_headers(call, run.view.operation.id))


def show_all(call: RequestWithQuery[RunsQuery]) -> Response:
    """A page of operations, newest first."""
    asked = call.query
    query = RunQuery(
        limit=asked.limit,
        token=asked.continuation_token,
        env_id=asked.env_id,
        stack_path=asked.stack_path,
        workspace=asked.workspace,
        status=asked.status,
    )
    page = list_runs(call.ctx, query)
    now = call.ctx.now()
    return Response(
        {
            "operations": [encoders.run(run, now) for run in page.runs],
            "continuation_token": page.token,
            "next": call.next_page(page.token),
        }
    )
