"""POST /api/v1/users/requests/submit: a user asks for a resource by its type; nothing runs until somebody
approves it.
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
from functions.services.deployments.create_deployment import Accepted, DeployRequest, accept_deployment

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
        return accept_deployment(ctx, deploy, caller=caller, correlation_id=correlation_id, key=key)


def submission_checks(ctx: Context, body: Any) -> list[FieldProblem]:
    """What else is wrong with a submission that its schema refuses, as far as it names a resource type."""
    fields = body if isinstance(body, dict) else {}
    name, kind, env_id = (str(fields.get(each)) for each in ("name", "resource_type", "env_id"))
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
    """The template's parameters: the size's, then those that were given, then the name."""
    sized = errors.collect(lambda: _sized(template, request))
    errors.collect(lambda: _check_name(template, request))
    if sized is None:
        # one that is not known stands for any other, or what it would give were found missing
        sized = next(iter(template.sizes.values()), {})
    given = {name: value for name, value in request.config.items() if name != SIZE}
    name = {template.name_parameter: request.name} if template.name_parameter else {}
    return {**sized, **given, **name}


def _check_rest(
    ctx: Context,
    template: TemplateEntry,
    parameters: dict[str, Any],
    env_id: str | None,
    errors: ErrorCollector,
) -> None:
    """What `accept_deployment` would find, for a submission that does not get there."""
    errors.collect(lambda: _check_parameters(template, parameters))
    errors.collect(lambda: find_environment(ctx, env_id))


def _check_parameters(template: TemplateEntry, parameters: dict[str, Any]) -> None:
    with in_submission_fields(template):
        check_parameters(template, parameters, sealed=())


def in_submission_fields(template: TemplateEntry) -> AbstractContextManager[None]:
    """Have errors raised within point at the fields of a submission."""
    return remap_pointers({f"/parameters/{template.name_parameter}": "/name", "/parameters": "/config"})


def _template_for(ctx: Context, resource_type: str) -> TemplateEntry:
    serving = {entry.resource_type: entry for entry in ctx.catalog.list() if entry.resource_type}
    found = serving.get(resource_type)
    if found is not None:
        return found
    known = sorted(str(each) for each in serving)
    listed = ", ".join(known) or "none"
    raise RequestRefused(
        ProblemCode.RESOURCE_TYPE_UNAVAILABLE,
        f"no template serves resource type '{resource_type}' here; there is one for {listed}",
        errors=[FieldProblem("/resource_type", "not_allowed", "no template serves it", known)],
    )


def _sized(template: TemplateEntry, request: UserRequest) -> Mapping[str, Any]:
    size = request.config.get(SIZE)
    if size is None:
        return {}
    known = sorted(template.sizes)
    if size in known:
        return template.sizes[size]
    raise RequestRefused(
        ProblemCode.INVALID_REQUEST,
        f"there is no size '{size}' of resource type '{request.resource_type}'",
        errors=[FieldProblem("/config/size", "not_allowed", "no such size", known)],
    )


def _check_name(template: TemplateEntry, request: UserRequest) -> None:
    name = template.name_parameter
    if name and name in request.config:
        detail = f"'name' gives it: leave '{name}' out of 'config'"
        problem = FieldProblem(f"/config/{name}", "not_allowed", detail, None)
        raise RequestRefused(ProblemCode.INVALID_REQUEST, f"checking the request: {detail}", errors=[problem])


def _without_secrets(template: TemplateEntry, config: dict[str, Any]) -> dict[str, Any]:
    """What is kept of it as it was asked for."""
    secrets = template.sensitive_parameters
    return {name: _HIDDEN if name in secrets else value for name, value in config.items()}
