"""POST /api/v1/users/requests/submit: a user asks for a resource by its type; nothing runs until somebody
approves it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from functions.domain.catalog import TemplateEntry
from functions.domain.deployment import UserRequest
from functions.domain.errors import FieldProblem, RequestRefused
from functions.domain.status import Approval
from functions.services.accept_deployment import Accepted, DeployRequest, accept_deployment
from functions.services.context import Context
from functions.services.idempotency import IdempotencyKey
from functions.services.renamed_fields import renamed_fields

SIZE = "size"
"""The name in `config` that the template's sizes are chosen by; all else in it are the template's
parameters.
"""

_HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class Submission:
    """What the user asks for; `body` is the decoded body as sent."""

    request: UserRequest
    body: dict[str, Any]
    env_id: str | None = None
    dry_run: bool = False


def submit_request(
    ctx: Context, submission: Submission, *, caller: str, correlation_id: str, key: IdempotencyKey | None
) -> Accepted:
    """The deployment that the request is.

    Raises RequestRefused `resource_type_unavailable`, `invalid_request` for a size that there is none of, and
    what `accept_deployment` does, about the fields of the submission.
    """
    request = submission.request
    template = _template_for(ctx, request.resource_type)
    deploy = DeployRequest(
        template_name=template.name,
        provider_type=template.provider_type,
        subscription_id=None,
        resource_group=None,
        location=None,
        parameters=_parameters(template, request),
        tags={},
        body=submission.body,
        env_id=submission.env_id,
        approval=Approval.REQUEST,
        dry_run=submission.dry_run,
        user_request=replace(request, config=_without_secrets(template, request.config)),
    )
    with renamed_fields({f"/parameters/{template.name_parameter}": "/name", "/parameters": "/config"}):
        return accept_deployment(ctx, deploy, caller=caller, correlation_id=correlation_id, key=key)


def _template_for(ctx: Context, resource_type: str) -> TemplateEntry:
    serving = {entry.resource_type: entry for entry in ctx.catalog.list() if entry.resource_type}
    found = serving.get(resource_type)
    if found is not None:
        return found
    known = sorted(str(each) for each in serving)
    listed = ", ".join(known) or "none"
    raise RequestRefused(
        "resource_type_unavailable",
        f"no template serves resource type '{resource_type}' here; there is one for {listed}",
        errors=[FieldProblem("/resource_type", "not_allowed", "no template serves it", known)],
    )


def _parameters(template: TemplateEntry, request: UserRequest) -> dict[str, Any]:
    """The size's parameters, then the ones that were given, then the name."""
    config = dict(request.config)
    size = config.pop(SIZE, None)
    if size is not None and size not in template.sizes:
        known = sorted(template.sizes)
        raise RequestRefused(
            "invalid_request",
            f"there is no size '{size}' of resource type '{request.resource_type}'",
            errors=[FieldProblem("/config/size", "not_allowed", "no such size", known)],
        )
    sized = template.sizes[size] if size is not None else {}
    name = {template.name_parameter: request.name} if template.name_parameter else {}
    return {**sized, **config, **name}


def _without_secrets(template: TemplateEntry, config: dict[str, Any]) -> dict[str, Any]:
    """What is kept of it as it was asked for."""
    secrets = template.sensitive_parameters
    return {name: _HIDDEN if name in secrets else value for name, value in config.items()}
