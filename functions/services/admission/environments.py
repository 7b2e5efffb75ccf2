"""Finds the environment of a request or deployment, and the approval that it requires."""

from __future__ import annotations

from functions.domain.catalog.template_entry import TemplateEntry
from functions.domain.deployments.deployment import Deployment
from functions.domain.environments import Environment
from functions.domain.errors import FieldProblem, ProblemCode, RequestRefused
from functions.domain.status import Approval
from functions.services.context import Context

_STRICTNESS = (Approval.NONE, Approval.REQUEST, Approval.PLAN)


def find_environment(ctx: Context, env_id: str | None) -> Environment:
    """Return the environment with this id, or the default one. Raises RequestRefused `invalid_request`."""
    environments = ctx.environments
    environment = environments.by_id.get(env_id or environments.default)
    if environment is not None:
        return environment
    env_ids = sorted(environments.by_id)
    problem = FieldProblem("/env_id", "not_allowed", f"must be one of {', '.join(env_ids)}", env_ids)
    raise RequestRefused(ProblemCode.INVALID_REQUEST, f"there is no environment '{env_id}'", errors=[problem])


def environment_for(ctx: Context, deployment: Deployment) -> Environment:
    """Return the deployment's environment.

    If the settings no longer have it, return an environment that requires every approval.
    """
    environment = ctx.environments.by_id.get(deployment.env_id)
    if environment is not None:
        return environment
    return Environment(
        id=deployment.env_id,
        location=None,
        tags={},
        approval=Approval.PLAN,
        self_approval=False,
        reveal=(),
        backend=deployment.backend,
    )


def minimum_approval(environment: Environment, template: TemplateEntry) -> Approval:
    """Return the approval that every operation of the template needs in the environment."""
    return max((environment.approval, template.approval or Approval.NONE), key=_STRICTNESS.index)


def required_approval(
    environment: Environment, template: TemplateEntry, requested: Approval | None
) -> Approval:
    """Return the approval with which an operation begins: the one that the caller requests, else the minimum.

    A caller may always request approval of the request; a required approval of the plan then follows. Raises
    RequestRefused `invalid_request` if the caller requests less than the minimum.
    """
    minimum = minimum_approval(environment, template)
    if requested is None or requested is minimum:
        return minimum
    if requested is Approval.REQUEST or _STRICTNESS.index(requested) > _STRICTNESS.index(minimum):
        return requested
    expected = sorted({str(minimum), str(Approval.REQUEST), str(Approval.PLAN)})
    raise RequestRefused(
        ProblemCode.INVALID_REQUEST,
        f"approval '{requested}' is less than environment '{environment.id}' or the template requires",
        errors=[FieldProblem("/approval", "not_allowed", f"must be {' or '.join(expected)}", expected)],
    )
