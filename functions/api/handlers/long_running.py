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


def wait_for_deployment(call: Request) -> Response:
    """202 until the deployment has come to an end, good or bad, then 200; the status document both times."""
    found = get_deployment(call.ctx, call.route["id"])
    body = encoders.status(found.deployment, found.heartbeat, call.ctx.now())
    if found.deployment.status.is_final:
        return Response(body)
    return Response(body, HTTPStatus.ACCEPTED, poll_headers(call, call.route["id"]))


def poll_headers(call: Request, deployment_id: str) -> dict[str, str]:
    """Where and when to look again."""
    return {"Location": call.links.deployment(deployment_id, "wait"), "Retry-After": str(RETRY_AFTER)}


def operation_poll_headers(call: Request, operation_id: str) -> dict[str, str]:
    """The same for one operation: its deployment may be about another one meanwhile."""
    return {"Location": call.links.run(operation_id), "Retry-After": str(RETRY_AFTER)}


def show_operation(call: Request) -> Response:
    """The operation; `Retry-After` until it has ended."""
    found = get_operation(call.ctx, call.route["id"])
    headers = {} if found.operation.status.is_final else {"Retry-After": str(RETRY_AFTER)}
    return Response(encoders.operation(found, call.ctx.now()), headers=headers)


def show_operations(call: Request) -> Response:
    """Every operation of a deployment."""
    now = call.ctx.now()
    found = list_operations(call.ctx, call.route["id"])
    return Response({"operations": [encoders.operation(view, now) for view in found]})
