"""Checks a deployment request before anything is stored: its template, its provider and its parameters."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from functions.domain.catalog.providers import PROVIDER_TYPES
from functions.domain.catalog.template_entry import TemplateEntry
from functions.domain.errors import FieldProblem, ProblemCode, RequestRefused
from functions.services.admission.environments import find_environment
from functions.services.admission.problems import ErrorCollector
from functions.services.catalog.providers import why_unusable
from functions.services.context import Context
from functions.validation.json_schema import validate

# Linux limits a variable to 131,072 bytes including its name (MAX_ARG_STRLEN in binfmts.h).
_MAX_SECRET_LENGTH = 120_000


def check_request(
    ctx: Context,
    *,
    provider_type: str,
    template_name: str,
    parameters: Mapping[str, Any],
    subscription_id: str | None,
    resource_group: str | None,
) -> TemplateEntry:
    """Return the template that the request names. Raises RequestRefused with every wrong field."""
    _check_provider(ctx, provider_type)
    template = _find_template(ctx, provider_type, template_name)
    if template.sensitive_parameters and ctx.box is None:
        names = ", ".join(f"'{name}'" for name in template.sensitive_parameters)
        raise RequestRefused(
            ProblemCode.SECRETS_UNSUPPORTED,
            f"template '{template.address}' has sensitive parameters ({names}), but no key is set to seal "
            "them (SLIPWAY_KEY_FILE)",
        )
    problems = [*_scope_problems(provider_type, subscription_id, resource_group)]
    problems += validate(dict(parameters), template.parameters, root="/parameters")
    problems += _secret_problems(template, parameters)
    _refuse(template, problems)
    return template


def check_parameters(
    template: TemplateEntry, parameters: Mapping[str, Any], *, sealed: Collection[str]
) -> None:
    """Raise RequestRefused `invalid_parameters` for wrong parameters of an existing deployment.

    `sealed` are the sensitive parameters that the deployment already has, so they may be missing.
    """
    kept = set(sealed) - set(parameters)
    schema = dict(template.parameters)
    schema["required"] = [name for name in schema.get("required", ()) if name not in kept]
    problems = validate(dict(parameters), schema, root="/parameters")
    _refuse(template, problems + _secret_problems(template, parameters))


def deploy_checks(ctx: Context, body: Any) -> list[FieldProblem]:
    """Return further problems of an invalid body: of its environment, template, scope and parameters.

    The parameters are checked only if the body names a template.
    """
    if not isinstance(body, dict):
        return []
    env_id, provider_type, name = (body.get(key) for key in ("env_id", "provider_type", "template_name"))
    parameters = body.get("parameters", {})
    errors = ErrorCollector()
    if isinstance(env_id, str):
        errors.collect(lambda: find_environment(ctx, env_id))
    if not isinstance(provider_type, str) or provider_type not in PROVIDER_TYPES:
        return errors.fields
    if isinstance(name, str):
        template = errors.collect(lambda: _find_template(ctx, provider_type, name))
        if template is not None and isinstance(parameters, dict):
            errors.collect(lambda: check_parameters(template, parameters, sealed=()))
    scope = (body.get(key) for key in ("subscription_id", "resource_group"))
    return [*errors.fields, *_scope_problems(provider_type, *scope)]


def _secret_problems(template: TemplateEntry, parameters: Mapping[str, Any]) -> list[FieldProblem]:
    """Return the problems of sensitive parameters, which Terraform gets as environment variables."""
    problems = []
    for name in (name for name in template.sensitive_parameters if name in parameters):
        size = len(json.dumps(parameters[name], ensure_ascii=False).encode("utf-8", "replace"))
        if size > _MAX_SECRET_LENGTH:
            detail = f"has {size} bytes as JSON; a sensitive parameter may have at most {_MAX_SECRET_LENGTH}"
            problems.append(FieldProblem(f"/parameters/{name}", "too_long", detail, _MAX_SECRET_LENGTH))
        if _holds_nul(parameters[name]):
            detail = "contains a NUL character, which a sensitive parameter must not"
            problems.append(FieldProblem(f"/parameters/{name}", "not_allowed", detail, None))
    return problems


def _holds_nul(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_nul, [*value, *value.values()]))
    return (
        any(map(_holds_nul, value)) if isinstance(value, list) else isinstance(value, str) and "\0" in value
    )


def _refuse(template: TemplateEntry, problems: list[FieldProblem]) -> None:
    if not problems:
        return
    only_parameters = all(problem.pointer.startswith("/parameters") for problem in problems)
    code = ProblemCode.INVALID_PARAMETERS if only_parameters else ProblemCode.INVALID_REQUEST
    count = "one field is" if len(problems) == 1 else f"{len(problems)} fields are"
    raise RequestRefused(
        code, f"checking the request for template '{template.address}': {count} wrong", errors=problems
    )


def _check_provider(ctx: Context, provider_type: str) -> None:
    if provider_type not in PROVIDER_TYPES:
        supported = sorted(PROVIDER_TYPES)
        problem = FieldProblem(
            "/provider_type", "not_allowed", f"must be one of {', '.join(supported)}", supported
        )
        raise RequestRefused(
            ProblemCode.INVALID_REQUEST, f"provider type '{provider_type}' is unknown", errors=[problem]
        )
    reason = why_unusable(ctx, PROVIDER_TYPES[provider_type])
    if reason:
        raise RequestRefused(
            ProblemCode.PROVIDER_UNAVAILABLE,
            f"provider type '{provider_type}' cannot be used here: {reason}",
            errors=[FieldProblem("/provider_type", "not_allowed", f"cannot be used here: {reason}", None)],
        )


def _find_template(ctx: Context, provider_type: str, name: str) -> TemplateEntry:
    template = ctx.catalog.get(provider_type, name)
    if template is not None:
        return template
    nearest = ctx.catalog.nearest(provider_type, name)
    hint = f"; did you mean '{nearest}'?" if nearest else "; GET /templates lists them"
    names = sorted(entry.name for entry in ctx.catalog.list() if entry.provider_type == provider_type)
    raise RequestRefused(
        ProblemCode.UNKNOWN_TEMPLATE,
        f"there is no template '{name}' for provider type '{provider_type}'{hint}",
        errors=[FieldProblem("/template_name", "not_allowed", f"no such template{hint}", names)],
    )


def _scope_problems(
    provider_type: str, subscription_id: str | None, resource_group: str | None
) -> list[FieldProblem]:
    if not PROVIDER_TYPES[provider_type].needs_azure_scope:
        return []
    scope = {"subscription_id": subscription_id, "resource_group": resource_group}
    return [
        FieldProblem(f"/{name}", "missing", f"is required for provider type '{provider_type}'", "string")
        for name, value in scope.items()
        if value is None
    ]
