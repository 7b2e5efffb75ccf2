"""POST /api/v1/users/requests/submit: a user requests a resource by its type. Nothing runs before somebody
approves the request.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

from functions.domain.catalog.template_entry import TemplateEntry
from functions.domain.deployments.deployment import UserRequest
from functions.domain.deployments.user_request import ResourceType
from functions.domain.errors import FieldProblem, ProblemCode, RequestRefused
from functions.domain.status import Approval
from functions.services.admission.check_request import check_parameters
from functions.services.admission.environments import find_environment
from functions.services.admission.idempotency import IdempotencyKey
from functions.services.admission.problems import ErrorCollector, remap_pointers
from functions.services.context import Context
from functions.services.deployments.create_deployment import Accepted, create_deployment
from functions.services.deployments.deploy_request import DeployRequest

SIZE = "size"
"""The name in `config` that chooses one of the template's sizes; all others are the template's parameters."""

_HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class Submission:
    """The user's request; `body` is the decoded body as sent."""

    request: UserRequest
    body: dict[str, Any]
    env_id: str | None = None
    dry_run: bool = False


def submit_request(
    ctx: Context, submission: Submission, *, caller: str, correlation_id: str, key: IdempotencyKey | None
) -> Accepted:
    """Create the deployment that backs the request, and return it.

    Raises RequestRefused `resource_type_unavailable`, `invalid_request` for an unknown size, and as
    `create_deployment` does; its errors point at the fields of the submission.
    """
    request = submission.request
    template = _template_for(ctx, request.resource_type)
    errors = ErrorCollector()
    parameters = _parameters(template, request, errors)
    if errors:
        _check_rest(ctx, template, parameters, submission.env_id, errors)
        raise errors.to_error()
    deploy = DeployRequest(
        template_name=template.name,
        provider_type=template.provider_type,
        subscription_id=None,
        resource_group=None,
        location=None,
        parameters=parameters,
        tags={},
        body=submission.body,
        env_id=submission.env_id,
        approval=Approval.REQUEST,
        dry_run=submission.dry_run,
        user_request=replace(request, config=_without_secrets(template, request.config)),
    )
    with in_submission_fields(template):
        return create_deployment(ctx, deploy, caller=caller, correlation_id=correlation_id, key=key)


def submission_checks(ctx: Context, body: Any) -> list[FieldProblem]:
    """Return the problems that the schema does not find, for a submission with a valid resource type."""
    fields = body if isinstance(body, dict) else {}
    name, kind, env_id = (str(fields.get(field)) for field in ("name", "resource_type", "env_id"))
    config = fields.get("config", {})
    if kind not in set(ResourceType) or not isinstance(config, dict):
        return []
    errors = ErrorCollector()
    template = errors.collect(lambda: _template_for(ctx, kind))
    if template is not None:
        parameters = _parameters(template, UserRequest(name, kind, config), errors)
        _check_rest(ctx, template, parameters, env_id if "env_id" in fields else None, errors)
    return errors.fields


def _parameters(template: TemplateEntry, request: UserRequest, errors: ErrorCollector) -> dict[str, Any]:
    """Return the template's parameters: those of the size, overridden by the request's, and the name."""
    sized = errors.collect(lambda: _size_parameters(template, request))
    errors.collect(lambda: _check_name(template, request))
    if sized is None:
        # Take any size in place of an unknown one, so that its parameters are not reported as missing.
        sized = next(iter(template.sizes.values()), {})
    requested = {name: value for name, value in request.config.items() if name != SIZE}
    name = {template.name_parameter: request.name} if template.name_parameter else {}
    return {**sized, **requested, **name}


def _check_rest(
    ctx: Context,
    template: TemplateEntry,
    parameters: dict[str, Any],
    env_id: str | None,
    errors: ErrorCollector,
) -> None:
    """Make the checks of `create_deployment` for a submission that is refused before."""
    errors.collect(lambda: _check_parameters(template, parameters))
    errors.collect(lambda: find_environment(ctx, env_id))


def _check_parameters(template: TemplateEntry, parameters: dict[str, Any]) -> None:
    with in_submission_fields(template):
        check_parameters(template, parameters, sealed=())


def in_submission_fields(template: TemplateEntry) -> AbstractContextManager[None]:
    """Make errors raised in the block point at the fields of a submission."""
    return remap_pointers({f"/parameters/{template.name_parameter}": "/name", "/parameters": "/config"})


def _template_for(ctx: Context, resource_type: str) -> TemplateEntry:
    templates = {entry.resource_type: entry for entry in ctx.catalog.list() if entry.resource_type}
    template = templates.get(resource_type)
    if template is not None:
        return template
    served_types = sorted(str(served_type) for served_type in templates)
    listed = ", ".join(served_types) or "none"
    raise RequestRefused(
        ProblemCode.RESOURCE_TYPE_UNAVAILABLE,
        f"no template serves resource type '{resource_type}' here; there is one for {listed}",
        errors=[FieldProblem("/resource_type", "not_allowed", "no template serves it", served_types)],
    )


def _size_parameters(template: TemplateEntry, request: UserRequest) -> Mapping[str, Any]:
    size = request.config.get(SIZE)
    if size is None:
        return {}
    sizes = sorted(template.sizes)
    if size in sizes:
        return template.sizes[size]
    raise RequestRefused(
        ProblemCode.INVALID_REQUEST,
        f"there is no size '{size}' of resource type '{request.resource_type}'",
        errors=[FieldProblem("/config/size", "not_allowed", "no such size", sizes)],
    )


def _check_name(template: TemplateEntry, request: UserRequest) -> None:
    name = template.name_parameter
    if name and name in request.config:
        detail = f"'name' gives it: leave '{name}' out of 'config'"
        problem = FieldProblem(f"/config/{name}", "not_allowed", detail, None)
        raise RequestRefused(ProblemCode.INVALID_REQUEST, f"checking the request: {detail}", errors=[problem])


def _without_secrets(template: TemplateEntry, config: dict[str, Any]) -> dict[str, Any]:
    """Return the requested config with secret values masked, as it is stored."""
    secrets = template.sensitive_parameters
    return {name: _HIDDEN if name in secrets else value for name, value in config.items()}
