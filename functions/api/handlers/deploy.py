"""POST /deploy."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from functions.api.durations import parse_duration
from functions.api.handlers.long_running import RETRY_AFTER
from functions.api.http import Answer, Call
from functions.api.idempotency import idempotency_key, replay_headers
from functions.domain.errors import RequestRefused
from functions.domain.identifiers import operation_id
from functions.domain.status import Approval, DeploymentStatus
from functions.services.accept_deployment import Accepted, DeployRequest, accept_deployment
from functions.services.check_request import further_problems


def deploy(call: Call) -> Answer:
    """Take a deployment on; the answer comes before anything is run."""
    key = idempotency_key(call.headers, "POST /deploy")
    request = _request(call.body, _ttl(call))
    accepted = accept_deployment(
        call.ctx, request, caller=call.caller, correlation_id=call.correlation_id, key=key
    )
    return Answer(_body(accepted), HTTPStatus.ACCEPTED, _headers(call, accepted))


def _ttl(call: Call) -> timedelta | None:
    """Raises RequestRefused `invalid_request`, with whatever else is wrong with the body."""
    if "ttl" not in call.body:
        return None
    try:
        return parse_duration(call.body["ttl"], pointer="/ttl")
    except RequestRefused as refused:
        errors = [*refused.errors, *further_problems(call.ctx, call.body)]
        raise RequestRefused(refused.code, refused.detail, errors=errors) from refused


def _request(body: dict[str, Any], ttl: timedelta | None) -> DeployRequest:
    return DeployRequest(
        template_name=body["template_name"],
        provider_type=body["provider_type"],
        subscription_id=body.get("subscription_id"),
        resource_group=body.get("resource_group"),
        location=body.get("location"),
        parameters=body.get("parameters", {}),
        tags=body.get("tags", {}),
        body=body,
        env_id=body.get("env_id"),
        approval=Approval(body["approval"]) if "approval" in body else None,
        dry_run=body.get("dry_run", False),
        ttl=ttl,
    )


def _body(accepted: Accepted) -> dict[str, Any]:
    """A repeated request gets the first answer, whatever has become of the deployment since."""
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


def _headers(call: Call, accepted: Accepted) -> dict[str, str]:
    deployment = accepted.deployment
    return {
        "Location": call.links.deployment(deployment.deployment_id, "wait"),
        "Operation-Location": call.links.operation(operation_id(deployment.deployment_id, 1)),
        "Retry-After": str(RETRY_AFTER),
        **replay_headers(call.headers, replayed=accepted.replayed),
    }
