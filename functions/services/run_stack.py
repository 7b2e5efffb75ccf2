"""POST /api/v1/infrastructure/runs: a plan, an apply or a destroy of a stack in a workspace and environment.

The three name one deployment: the first run makes it, later ones act on it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from functions.domain.deployment import Deployment
from functions.domain.errors import AlreadyExists, FieldProblem, RequestRefused, StorageUnavailable
from functions.domain.identifiers import derived_deployment_id
from functions.domain.providers import PROVIDER_TYPES
from functions.domain.status import OperationKind
from functions.services.accept_deployment import DeployRequest, accept_deployment
from functions.services.accept_operation import AcceptedOperation, OperationRequest, accept_operation
from functions.services.context import Context
from functions.services.environment_of import find_environment
from functions.services.idempotency import IdempotencyKey

_CANDIDATES = 4


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What is to be run. `stack_path` is a template's address; `variables` is the whole set, or None for
    those
    of the run before.
    """

    action: OperationKind
    stack_path: str
    workspace: str
    env_id: str | None
    variables: dict[str, Any] | None
    body: dict[str, Any]


def run_stack(
    ctx: Context, request: RunRequest, *, caller: str, correlation_id: str, key: IdempotencyKey | None
) -> AcceptedOperation:
    """The operation that the run is.

    Raises RequestRefused: `invalid_request` for a wrong stack or environment, `deployment_not_found` for the
    destroy of what was never made, and what `accept_deployment` and `accept_operation` do.
    """
    env_id = find_environment(ctx, request.env_id).id
    provider_type, template_name = split_stack_path(request.stack_path)
    for counter in range(_CANDIDATES):
        deployment_id = _candidate(request, env_id, counter)
        stored = ctx.store.get(deployment_id)
        if stored is None:
            first = _first_run(request, env_id, provider_type, template_name)
            try:
                accepted = accept_deployment(
                    ctx,
                    first,
                    caller=caller,
                    correlation_id=correlation_id,
                    key=key,
                    deployment_id=deployment_id,
                )
                made = accepted.deployment
                return AcceptedOperation(made, made.operation, accepted.replayed)
            except AlreadyExists:
                stored = ctx.store.get(deployment_id)
        if stored is None or not _is_stack(stored.deployment, request, env_id):
            continue
        return accept_operation(
            ctx, deployment_id, _later_run(request), caller=caller, correlation_id=correlation_id, key=key
        )
    raise StorageUnavailable("choosing a deployment id: every candidate is taken")


def stack_deployment(ctx: Context, stack_path: str, workspace: str, env_id: str) -> Deployment | None:
    """The deployment that the three name, or None."""
    request = RunRequest(OperationKind.PLAN, stack_path, workspace, env_id, None, {})
    for counter in range(_CANDIDATES):
        stored = ctx.store.get(_candidate(request, env_id, counter))
        if stored is None:
            return None
        if _is_stack(stored.deployment, request, env_id):
            return stored.deployment
    return None


def split_stack_path(stack_path: str) -> tuple[str, str]:
    """`terraform/aws/x` -> (`terraform-aws`, `x`), `bicep/x` -> (`azure`, `x`). Raises RequestRefused."""
    engine, _, rest = stack_path.partition("/")
    if engine == "bicep" and rest and "/" not in rest:
        return "azure", rest
    cloud, _, name = rest.partition("/")
    provider_type = f"{engine}-{cloud}"
    if provider_type in PROVIDER_TYPES and name and "/" not in name:
        return provider_type, name
    detail = "must be a template's address, as GET /templates lists it"
    raise RequestRefused(
        "invalid_request",
        f"'{stack_path}' is no stack: it {detail}",
        errors=[FieldProblem("/stack_path", "not_allowed", detail, "terraform/aws/storage-bucket")],
    )


def _candidate(request: RunRequest, env_id: str, counter: int) -> str:
    named = f"run\n{request.stack_path}\n{request.workspace}\n{env_id}"
    return derived_deployment_id(hashlib.sha256(named.encode()).hexdigest(), counter)


def _is_stack(deployment: Deployment, request: RunRequest, env_id: str) -> bool:
    named = (deployment.template_address, deployment.workspace, deployment.env_id)
    return named == (request.stack_path, request.workspace, env_id)


def _first_run(request: RunRequest, env_id: str, provider_type: str, template_name: str) -> DeployRequest:
    if request.action is OperationKind.DESTROY:
        raise RequestRefused(
            "deployment_not_found",
            f"stack '{request.stack_path}' was never run in workspace '{request.workspace}' of environment "
            f"'{env_id}': there is nothing to destroy",
        )
    return DeployRequest(
        template_name=template_name,
        provider_type=provider_type,
        subscription_id=None,
        resource_group=None,
        location=None,
        parameters=request.variables or {},
        tags={},
        body=request.body,
        env_id=env_id,
        workspace=request.workspace,
        dry_run=request.action is OperationKind.PLAN,
    )


def _later_run(request: RunRequest) -> OperationRequest:
    destroys = request.action is OperationKind.DESTROY
    return OperationRequest(
        kind=request.action, body=request.body, parameters=None if destroys else request.variables
    )
