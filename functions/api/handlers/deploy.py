"""POST /deploy."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from functions.api.handlers.long_running import RETRY_AFTER
from functions.api.http import Request, RequestWithBody, Response
from functions.api.idempotency import idempotency_key, replay_headers
from functions.domain.identifiers import operation_id
from functions.domain.status import DeploymentStatus
from functions.services.deployments.create_deployment import Accepted, create_deployment
from functions.services.deployments.deploy_request import DeployRequest

if TYPE_CHECKING:
    from functions.api.bodies.deploy import DeployBody


def deploy(request: RequestWithBody[DeployBody]) -> Response:
    """Create a deployment. The response is sent before anything runs."""
    key = idempotency_key(request.headers, "POST /deploy")
    deploy_request = _deploy_request(request.body, request.sent)
    accepted = create_deployment(
        request.ctx, deploy_request, caller=request.caller, correlation_id=request.correlation_id, key=key
    )
    return Response(_body(accepted), HTTPStatus.ACCEPTED, _headers(request, accepted))


def _deploy_request(body: DeployBody, sent: dict[str, Any]) -> DeployRequest:
    return DeployRequest(
        template_name=body.template_name,
        provider_type=body.provider_type,
        subscription_id=body.subscription_id,
        resource_group=body.resource_group,
        location=body.location,
        parameters=body.parameters,
        tags=body.tags,
        body=sent,
        env_id=body.env_id,
        approval=body.approval,
        dry_run=body.dry_run,
        ttl=body.ttl,
    )


def _body(accepted: Accepted) -> dict[str, Any]:
    """Return the body. A repeated request gets the same one, whatever the deployment's status is by then."""
    deployment = accepted.deployment
    return {
        "success": True,
        "message": "Deployment queued successfully",
        "data": {
            "deployment_id": deployment.deployment_id,
            "status": DeploymentStatus.PENDING,
            "task_id": operation_id(deployment.deployment_id, 1),
            "template": deployment.template_name,
        },
    }


def _headers(request: Request, accepted: Accepted) -> dict[str, str]:
    deployment = accepted.deployment
    return {
        "Location": request.links.deployment(deployment.deployment_id, "wait"),
        "Operation-Location": request.links.operation(operation_id(deployment.deployment_id, 1)),
        "Retry-After": str(RETRY_AFTER),
        **replay_headers(request.headers, replayed=accepted.replayed),
    }
