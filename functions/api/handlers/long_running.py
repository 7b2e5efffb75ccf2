"""GET /deployments/{id}/wait and /operations/{id}: the two ways to follow a deployment to its end.

Logic Apps polls `Location` until it is no longer 202; Azure's REST clients poll `Operation-Location`, which
is always 200 and tells by its body.
"""

from __future__ import annotations

from http import HTTPStatus

from functions.api import encoders
from functions.api.http import Request, Response
from functions.services.deployments.get_deployment import get_deployment
from functions.services.operations.get_operation import get_operation
from functions.services.operations.list_operations import list_operations

# Seconds between two looks, as told to callers: a deployment is rarely done sooner.
RETRY_AFTER = 5


def wait_for_deployment(request: Request) -> Response:
    """202 until the deployment has come to an end, good or bad, then 200; the status document both times."""
    view = get_deployment(request.ctx, request.route["id"])
    body = encoders.status(view.deployment, view.heartbeat, request.ctx.now())
    if view.deployment.status.is_final:
        return Response(body)
    return Response(body, HTTPStatus.ACCEPTED, poll_headers(request, request.route["id"]))


def poll_headers(request: Request, deployment_id: str) -> dict[str, str]:
    """Where and when to look again."""
    return {"Location": request.links.deployment(deployment_id, "wait"), "Retry-After": str(RETRY_AFTER)}


def operation_poll_headers(request: Request, operation_id: str) -> dict[str, str]:
    """The same for one operation: its deployment may be about another one meanwhile."""
    return {"Location": request.links.run(operation_id), "Retry-After": str(RETRY_AFTER)}


def show_operation(request: Request) -> Response:
    """The operation; `Retry-After` until it has ended."""
    view = get_operation(request.ctx, request.route["id"])
    headers = {} if view.operation.status.is_final else {"Retry-After": str(RETRY_AFTER)}
    return Response(encoders.operation(view, request.ctx.now()), headers=headers)


def show_operations(request: Request) -> Response:
    """Every operation of a deployment."""
    now = request.ctx.now()
    views = list_operations(request.ctx, request.route["id"])
    return Response({"operations": [encoders.operation(view, now) for view in views]})
