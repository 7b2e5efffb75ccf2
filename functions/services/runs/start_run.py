"""POST /api/v1/infrastructure/runs: a plan, an apply or a destroy of a stack in a workspace and environment.

The three name one deployment: the first run creates it, later runs add operations to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from functions.domain.catalog.template_entry import TemplateEntry
from functions.domain.environments import Environment
from functions.domain.errors import (
    AlreadyExists,
    FieldProblem,
    ProblemCode,
    RequestRefused,
    StorageUnavailable,
)
from functions.domain.status import OperationKind
from functions.services.admission.environments import find_environment
from functions.services.admission.idempotency import IdempotencyKey
from functions.services.admission.problems import ErrorCollector, remap_pointers
from functions.services.context import Context
from functions.services.deployments.create_deployment import create_deployment
from functions.services.deployments.deploy_request import DeployRequest
from functions.services.operations.create_operation import (
    AcceptedOperation,
    OperationRequest,
    create_operation,
)
from functions.services.runs.stack import Stack, find_stack, split_stack_path, stack_of
from functions.validation.json_schema import validate

_FIELDS = {"/parameters": "/vars", "/template_name": "/stack_path", "/provider_type": "/stack_path"}


@dataclass(frozen=True, slots=True)
class RunRequest:
    """The run that the caller asks for.

    `stack_path` is a template's address. `variables` is the complete set, or None to keep those of the run
    before. `confirm` and `discards_errored_state` are as in `OperationRequest`.
    """

    action: OperationKind
    stack_path: str
    workspace: str
    env_id: str | None
    variables: dict[str, Any] | None
    body: dict[str, Any]
    confirm: str | None = None
    discards_errored_state: bool = False


def start_run(
    ctx: Context, request: RunRequest, *, caller: str, correlation_id: str, key: IdempotencyKey | None
) -> AcceptedOperation:
    """Create the run's operation, and its deployment if this is the stack's first run.

    Raises RequestRefused: `invalid_request` with every wrong field, `deployment_not_found` for the destroy of
    a stack that was never run, and as `create_deployment` and `create_operation` do.
    """
    errors = ErrorCollector()
    environment = errors.collect(lambda: find_environment(ctx, request.env_id))
    template = errors.collect(lambda: _find_template(ctx, request.stack_path))
    # A stack that was run before continues with its template's snapshot, even if the catalog has it no more.
    if errors and not (environment and _was_run(ctx, request, environment)):
        errors.collect(lambda: _check_variables(template, request.variables))
        raise errors.to_error()
    with remap_pointers(_FIELDS):
        return _run(ctx, request, caller=caller, correlation_id=correlation_id, key=key)


def run_checks(ctx: Context, body: Any) -> list[FieldProblem]:
    """Return the problems that the schema does not find, for a run that it refuses."""
    fields = body if isinstance(body, dict) else {}
    env_id, stack_path, variables = (fields.get(name) for name in ("env_id", "stack_path", "vars"))
    errors = ErrorCollector()
    if isinstance(env_id, str):
        errors.collect(lambda: find_environment(ctx, env_id))
    if isinstance(stack_path, str):
        template = errors.collect(lambda: _find_template(ctx, stack_path))
        errors.collect(lambda: _check_variables(template, variables))
    return errors.fields


def _run(
    ctx: Context, request: RunRequest, *, caller: str, correlation_id: str, key: IdempotencyKey | None
) -> AcceptedOperation:
    env_id = find_environment(ctx, request.env_id).id
    stack = Stack(request.stack_path, request.workspace, env_id)
    for deployment_id in stack.candidates():
        stored = ctx.store.get(deployment_id)
        if stored is None:
            deploy_request = _first_run(request, stack)
            try:
                accepted = create_deployment(
                    ctx,
                    deploy_request,
                    caller=caller,
                    correlation_id=correlation_id,
                    key=key,
                    deployment_id=deployment_id,
                )
            except AlreadyExists:
                # Another first run of the stack was faster.
                stored = ctx.store.get(deployment_id)
            else:
                deployment = accepted.deployment
                return AcceptedOperation(deployment, deployment.operation, accepted.replayed)
        if stored is not None and stack_of(stored.deployment) == stack:
            if stored.deployment.deleted_at:
                raise RequestRefused(
                    ProblemCode.CONFLICT,
                    f"running stack '{stack.path}': its deployment is being deleted; try again later",
                )
            operation_request = _later_run(request)
            return create_operation(
                ctx, deployment_id, operation_request, caller=caller, correlation_id=correlation_id, key=key
            )
    raise StorageUnavailable("choosing a deployment id: every candidate is in use")


def _was_run(ctx: Context, request: RunRequest, environment: Environment) -> bool:
    return find_stack(ctx, Stack(request.stack_path, request.workspace, environment.id)) is not None


def _find_template(ctx: Context, stack_path: str) -> TemplateEntry:
    provider_type, name = split_stack_path(stack_path)
    template = ctx.catalog.get(provider_type, name)
    if template is not None:
        return template
    addresses = sorted(entry.address for entry in ctx.catalog.list())
    nearest = ctx.catalog.nearest(provider_type, name)
    similar = next((address for address in addresses if nearest and address.endswith(f"/{nearest}")), None)
    hint = f"; did you mean '{similar}'?" if similar else "; GET /templates lists them"
    raise RequestRefused(
        ProblemCode.UNKNOWN_TEMPLATE,
        f"there is no template '{stack_path}'{hint}",
        errors=[FieldProblem("/stack_path", "not_allowed", f"no such template{hint}", addresses)],
    )


def _check_variables(template: TemplateEntry | None, variables: object) -> None:
    """Raise RequestRefused if a variable is wrong. A missing one may be sealed from an earlier run."""
    if template is None or not isinstance(variables, dict):
        return
    problems = [
        problem
        for problem in validate(variables, template.parameters, root="/vars")
        if problem.code != "missing"
    ]
    if problems:
        raise RequestRefused(
            ProblemCode.INVALID_PARAMETERS, f"checking the vars: {len(problems)} wrong", errors=problems
        )


def _first_run(request: RunRequest, stack: Stack) -> DeployRequest:
    if request.action is OperationKind.DESTROY:
        raise RequestRefused(
            ProblemCode.DEPLOYMENT_NOT_FOUND,
            f"stack '{stack.path}' was never run in workspace '{stack.workspace}' of environment "
            f"'{stack.env_id}': there is nothing to destroy; GET /api/v1/infrastructure/operations lists "
            "all runs",
        )
    provider_type, template_name = split_stack_path(stack.path)
    return DeployRequest(
        template_name=template_name,
        provider_type=provider_type,
        subscription_id=None,
        resource_group=None,
        location=None,
        parameters=request.variables or {},
        tags={},
        body=request.body,
        env_id=stack.env_id,
        workspace=stack.workspace,
        dry_run=request.action is OperationKind.PLAN,
    )


def _later_run(request: RunRequest) -> OperationRequest:
    destroys = request.action is OperationKind.DESTROY
    return OperationRequest(
        kind=request.action,
        body=request.body,
        parameters=None if destroys else request.variables,
        confirm=request.confirm,
        discards_errored_state=request.discards_errored_state,
    )
