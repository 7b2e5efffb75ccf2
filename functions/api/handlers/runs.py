"""The infrastructure API: runs of a stack. Each run is an operation."""

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


def start(request: RequestWithBody[RunBody]) -> Response:
    """Start a run. `Location` is the address of its operation."""
    body = request.body
    run_request = RunRequest(
        action=body.action,
        stack_path=body.stack_path,
        workspace=body.workspace,
        env_id=body.env_id,
        variables=body.vars,
        body=request.sent,
        confirm=body.confirm,
        discards_errored_state=body.discard_errored_state,
    )
    accepted = start_run(
        request.ctx,
        run_request,
        caller=request.caller,
        correlation_id=request.correlation_id,
        key=idempotency_key(request.headers, "POST /api/v1/infrastructure/runs"),
    )
    run = RunView(view_of(request.ctx, accepted.deployment, accepted.operation), produced_outputs=False)
    headers = {
        **operation_poll_headers(request, accepted.operation.id),
        "Operation-Location": request.links.operation(accepted.operation.id),
        **replay_headers(request.headers, replayed=accepted.replayed),
    }
    return Response(encoders.run(run, request.ctx.now()), HTTPStatus.ACCEPTED, headers)


def show(request: Request) -> Response:
    """Return the operation, with 202 until it has ended, then with 200."""
    run = get_run(request.ctx, request.route["id"])
    body = encoders.run(run, request.ctx.now())
    if run.view.operation.status.is_final:
        return Response(body)
    return Response(body, HTTPStatus.ACCEPTED, operation_poll_headers(request, run.view.operation.id))


def show_all(request: RequestWithQuery[RunsQuery]) -> Response:
    """Return a page of operations, newest first."""
    query = request.query
    filters = RunQuery(
        limit=query.limit,
        token=query.continuation_token,
        env_id=query.env_id,
        stack_path=query.stack_path,
        workspace=query.workspace,
        status=query.status,
    )
    page = list_runs(request.ctx, filters)
    now = request.ctx.now()
    return Response(
        {
            "operations": [encoders.run(run, now) for run in page.runs],
            "continuation_token": page.token,
            "next": request.next_page(page.token),
        }
    )
