"""The environment of a deployment, and what it asks for."""

from __future__ import annotations

from functions.domain.catalog.template_entry import TemplateEntry
from functions.domain.deployments.deployment import Deployment
from functions.domain.environments import Environment
from functions.domain.errors import FieldProblem, ProblemCode, RequestRefused
from functions.domain.status import Approval
from functions.services.context import Context

_STRICTNESS = (Approval.NONE, Approval.REQUEST, Approval.PLAN)


def find_environment(ctx: Context, env_id: str | None) -> Environment:
    """The environment of that id, or the default one. Raises RequestRefused `invalid_request`."""
    environments = ctx.environments
    environment = environments.by_id.get(env_id or environments.default)
    if environment is not None:
        return environment
    env_ids = sorted(environments.by_id)
    problem = FieldProblem("/env_id", "not_allowed", f"must be one of {', '.join(env_ids)}", env_ids)
    raise RequestRefused(ProblemCode.INVALID_REQUEST, f"there is no environment '{env_id}'", errors=[problem])


def environment_for(ctx: Context, deployment: Deployment) -> Environment:
    """The deployment's environment; where the settings have none of that id any more, one that needs every
    approval.
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
    """What every operation of that template needs in that environment."""
    return max((environment.approval, template.approval or Approval.NONE), key=_STRICTNESS.index)


def required_approval(environment: Environment, template: TemplateEntry, asked: Approval | None) -> Approval:
    """The approval that an operation begins with: what the caller asks for, else the least there is.

    To have the request approved is always possible; where a plan must be approved, that follows. Raises
    RequestRefused `invalid_request` where the caller asks for less.
    """
    least = minimum_approval(environment, template)
    if asked is None or asked is least:
        return least
    if asked is Approval.REQUEST or _STRICTNESS.index(asked) > _STRICTNESS.index(least):
        return asked
    expected = sorted({str(least), str(Approval.REQUEST), str(Approval.PLAN)})
    raise RequestRefused(
        ProblemCode.INVALID_REQUEST,
        f"approval '{asked}' is less than environment '{environment.id}' or the template asks for",
        errors=[FieldProblem("/approval", "not_allowed", f"must be {' or '.join(expected)}", expected)],
    )
