"""GET /deployments/{id}/wait and /operations/{id}: the two ways to poll a deployment until it has ended.

Logic Apps polls `Location` until its status is no longer 202. Azure's REST clients poll `Operation-Location`,
which always returns 200, and read the status in the body.
"""

from __future__ import annotations

from http import HTTPStatus

from functions.api import encoders
from functions.api.http import Request, Response
from functions.services.deployments.get_deployment import get_deployment
from functions.services.operations.get_operation import get_operation
from functions.services.operations.list_operations import list_operations

# Seconds between two polls. A deployment rarely ends sooner.
RETRY_AFTER = 5


def wait_for_deployment(request: Request) -> Response:
    """Return the status document, with 202 until the deployment has ended in any way, then with 200."""
    view = get_deployment(request.ctx, request.route["id"])
    body = encoders.status(view.deployment, view.heartbeat, request.ctx.now())
    if view.deployment.status.is_final:
        return Response(body)
    return Response(body, HTTPStatus.ACCEPTED, poll_headers(request, request.route["id"]))


def poll_headers(request: Request, deployment_id: str) -> dict[str, str]:
    """Return the headers that say where and when to poll the deployment."""
    return {"Location": request.links.deployment(deployment_id, "wait"), "Retry-After": str(RETRY_AFTER)}


def operation_poll_headers(request: Request, operation_id: str) -> dict[str, str]:
    """Return the headers that say where and when to poll the operation.

    They do not name the deployment, as its current operation may be another one.
    """
    return {"Location": request.links.run(operation_id), "Retry-After": str(RETRY_AFTER)}


def show_operation(request: Request) -> Response:
    """Return the operation, with `Retry-After` until it has ended."""
    view = get_operation(request.ctx, request.route["id"])
    headers = {} if view.operation.status.is_final else {"Retry-After": str(RETRY_AFTER)}
    return Response(encoders.operation(view, request.ctx.now()), headers=headers)


def show_operations(request: Request) -> Response:
    """Return every operation of a deployment."""
    now = request.ctx.now()
    views = list_operations(request.ctx, request.route["id"])
    return Response({"operations": [encoders.operation(view, now) for view in views]})
