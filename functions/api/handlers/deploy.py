"""POST /deploy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from functions.api.handlers.long_running import RETRY_AFTER
from functions.api.http import Answer, Call
from functions.domain.errors import RequestRefused
from functions.domain.status import DeploymentStatus
from functions.services.accept_deployment import (
    Accepted,
    DeployRequest,
    IdempotencyKey,
    accept_deployment,
)

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def deploy(call: Call) -> Answer:
    """Take a deployment on; the answer comes before anything is run."""
    key = _idempotency_key(call.headers)
    accepted = accept_deployment(
        call.ctx, _request(call.body), caller=call.caller, correlation_id=call.correlation_id, key=key
    )
    return Answer(_body(accepted), HTTPStatus.ACCEPTED, _headers(call, accepted))


def _request(body: dict[str, Any]) -> DeployRequest:
    return DeployRequest(
        template_name=body["template_name"],
        provider_type=body["provider_type"],
        subscription_id=body.get("subscription_id"),
        resource_group=body.get("resource_group"),
        location=body.get("location"),
        parameters=body.get("parameters", {}),
        tags=body.get("tags", {}),
        body=body,
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
            "task_id": deployment.task_id,
            "template": deployment.template_name,
        },
    }


def _headers(call: Call, accepted: Accepted) -> dict[str, str]:
    deployment = accepted.deployment
    headers = {
        "Location": call.links.deployment(deployment.deployment_id, "wait"),
        "Operation-Location": call.links.operation(deployment.task_id),
        "Retry-After": str(RETRY_AFTER),
    }
    if accepted.replayed:
        headers["Idempotent-Replayed"] = "true"
    if "repeatability-request-id" in call.headers:
        headers["Repeatability-Result"] = "accepted"
    return headers


def _idempotency_key(headers: Mapping[str, str]) -> IdempotencyKey | None:
    names = ("idempotency-key", "repeatability-request-id")
    keys = {headers[name] for name in names if name in headers}
    if not keys:
        return None
    if len(keys) > 1:
        raise RequestRefused(
            "bad_idempotency_key", "Idempotency-Key and Repeatability-Request-ID differ: send one of them"
        )
    key = keys.pop()
    if not _KEY.fullmatch(key):
        raise RequestRefused(
            "bad_idempotency_key", "an idempotency key is 1 to 255 visible ASCII characters, such as a UUID"
        )
    return IdempotencyKey(key, "POST /deploy")
