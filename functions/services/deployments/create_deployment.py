"""POST /deploy: check the request, write it down, ring the bell (docs/rules.md rules 1 and 2).

The storage calls are: the `active` entry, the sealed secrets, the batch, the bell. The batch decides: once it
is committed the answer is yes, whatever the bell did; reconcile finds the deployment by its `active` entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from functions.domain.catalog.providers import PROVIDER_TYPES
from functions.domain.catalog.template_entry import TemplateEntry
from functions.domain.deployments import transitions
from functions.domain.deployments.deployment import Deployment, IdempotencyRecord, UserRequest
from functions.domain.deployments.operation import new_operation
from functions.domain.environments import Environment
from functions.domain.errors import (
    AlreadyExists,
    FieldProblem,
    OutcomeUnknown,
    ProblemCode,
    RequestRefused,
    StorageUnavailable,
)
from functions.domain.identifiers import derived_deployment_id, new_deployment_id, operation_id
from functions.domain.jobs.engines import engine_of
from functions.domain.status import Approval, OperationKind
from functions.services.admission.check_request import check_request
from functions.services.admission.engines import check_workspace
from functions.services.admission.environments import find_environment, minimum_approval, required_approval
from functions.services.admission.idempotency import IdempotencyKey, find_earlier_result
from functions.services.admission.problems import ErrorCollector
from functions.services.admission.secret_parameters import (
    PendingSecrets,
    generate_passwords,
    pending_secrets,
    seal,
    split_parameters,
)
from functions.services.catalog.template_snapshots import save_snapshot
from functions.services.context import Context
from functions.services.scheduling.active_entries import register_active
from functions.services.scheduling.expiry import schedule_expiry
from functions.services.scheduling.wake_up import notify

# A derived id has 48 bits: two keys meeting on one is rare, and a third candidate rarer than a broken disk.
_CANDIDATES = 4


@dataclass(frozen=True, slots=True)
class DeployRequest:
    """What the caller asked for. `body` is the decoded body as sent, for telling a repeat from another
    request; `ttl` is how long after its acceptance the deployment is destroyed.
    """

    template_name: str
    provider_type: str
    subscription_id: str | None
    resource_group: str | None
    location: str | None
    parameters: dict[str, Any]
    tags: dict[str, str]
    body: dict[str, Any]
    env_id: str | None = None
    workspace: str = "default"
    approval: Approval | None = None
    dry_run: bool = False
    ttl: timedelta | None = None
    user_request: UserRequest | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The deployment; `replayed` where an earlier request with the same key had made it."""

    deployment: Deployment
    replayed: bool


@dataclass(frozen=True, slots=True)
class ValidatedRequest:
    """A request that was found right, and what it is to be done with."""

    request: DeployRequest
    template: TemplateEntry
    environment: Environment
    approval: Approval
    plan_approval_follows: bool
    caller: str
    correlation_id: str
    mark: IdempotencyRecord | None
    at: datetime


def accept_deployment(
    ctx: Context,
    request: DeployRequest,
    *,
    caller: str,
    correlation_id: str,
    key: IdempotencyKey | None,
    deployment_id: str | None = None,
) -> Accepted:
    """Write the deployment down and ring for it. `deployment_id` is the one it must have, if any.

    Raises RequestRefused (`unknown_template`, `provider_unavailable`, `secrets_unsupported`,
    `invalid_request`, `invalid_parameters`, `idempotency_key_reused`, `outcome_unknown`, `conflict`),
    AlreadyExists where another deployment has `deployment_id`, and StorageUnavailable, after which nothing is
    half-made.
    """
    mark = key.mark(caller, request.body) if key else None
    candidates = [deployment_id] if deployment_id else _candidates(mark)
    try:
        asked = _check(ctx, request, caller, correlation_id, mark)
    except RequestRefused:
        # The template may have changed since the first time: a repeat still gets the first answer.
        earlier = _earlier(ctx, candidates, mark)
        if earlier is None:
            raise
        return Accepted(earlier, replayed=True)
    save_snapshot(ctx, asked.template)
    plain, sensitive = split_parameters(asked.template, request.parameters)
    sensitive |= generate_passwords(asked.template, sensitive)
    for candidate in candidates:
        secrets = pending_secrets(operation_id(candidate, 1), sensitive)
        deployment = _new_deployment(asked, candidate, plain, secrets)
        if _write(ctx, deployment, secrets):
            notify(ctx, deployment)
            return Accepted(deployment, replayed=False)
        earlier = _same_key(ctx, candidate, mark)
        if earlier is not None:
            # ours would have it expire later than the first request said
            schedule_expiry(ctx, earlier)
            notify(ctx, earlier)
            return Accepted(earlier, replayed=True)
    if deployment_id:
        raise AlreadyExists(f"creating deployment '{deployment_id}': there is one")
    raise StorageUnavailable("choosing a deployment id: every candidate is taken")


def _check(
    ctx: Context, request: DeployRequest, caller: str, correlation_id: str, mark: IdempotencyRecord | None
) -> ValidatedRequest:
    errors = ErrorCollector()
    environment = errors.collect(lambda: find_environment(ctx, request.env_id))
    template = errors.collect(
        lambda: check_request(
            ctx,
            provider_type=request.provider_type,
            template_name=request.template_name,
            parameters=request.parameters,
            subscription_id=request.subscription_id,
            resource_group=request.resource_group,
        )
    )
    approval = None
    if template is not None:
        errors.collect(lambda: _check_expiry(request, template))
        errors.collect(lambda: check_workspace(engine_of(request.provider_type), request.workspace))
    if environment is not None and template is not None:
        approval = errors.collect(lambda: required_approval(environment, template, request.approval))
    if environment is None or template is None or approval is None or errors:
        raise errors.to_error()
    return ValidatedRequest(
        request=request,
        template=template,
        environment=environment,
        approval=approval,
        plan_approval_follows=minimum_approval(environment, template) is Approval.PLAN,
        caller=caller,
        correlation_id=correlation_id,
        mark=mark,
        at=ctx.now(),
    )


def _check_expiry(request: DeployRequest, template: TemplateEntry) -> None:
    """What is protected is destroyed by somebody who says so by name, and not by a clock."""
    if request.ttl is not None and template.protected:
        detail = f"template '{template.address}' is protected: its deployments have no time to live"
        raise RequestRefused(
            ProblemCode.INVALID_REQUEST, detail, errors=[FieldProblem("/ttl", "not_allowed", detail, None)]
        )


def _candidates(mark: IdempotencyRecord | None) -> list[str]:
    if mark is None:
        return [new_deployment_id() for _ in range(_CANDIDATES)]
    return [derived_deployment_id(mark.fingerprint, counter) for counter in range(_CANDIDATES)]


def _new_deployment(
    asked: ValidatedRequest, deployment_id: str, parameters: dict[str, Any], secrets: PendingSecrets
) -> Deployment:
    request, template, run = asked.request, asked.template, operation_id(deployment_id, 1)
    return Deployment(
        deployment_id=deployment_id,
        provider_type=request.provider_type,
        cloud_provider=PROVIDER_TYPES[request.provider_type].cloud,
        template_name=template.name,
        template_version=template.version,
        template_digest=template.digest,
        subscription_id=request.subscription_id,
        resource_group=request.resource_group,
        location=request.location or asked.environment.location,
        parameters=parameters,
        secrets=secrets.references,
        tags={**asked.environment.tags, **request.tags},
        created_by=asked.caller,
        created_at=asked.at,
        correlation_id=asked.correlation_id,
        env_id=asked.environment.id,
        workspace=request.workspace,
        backend=asked.environment.backend,
        request=request.user_request,
        request_operation=run if _approval(asked) is Approval.REQUEST else None,
        expires_at=asked.at + request.ttl if request.ttl else None,
        idempotency=asked.mark,
        operation=new_operation(
            deployment_id,
            1,
            at=asked.at,
            created_by=asked.caller,
            correlation_id=asked.correlation_id,
            kind=OperationKind.PLAN if request.dry_run else OperationKind.APPLY,
            approval=_approval(asked),
            parameters=parameters,
            secrets=secrets.references,
            plan_approval_follows=asked.plan_approval_follows and not request.dry_run,
        ),
    )


def _approval(asked: ValidatedRequest) -> Approval:
    """A dry run changes nothing, so there is no plan to approve; a request it is all the same."""
    if asked.request.dry_run and asked.approval is Approval.PLAN:
        return Approval.NONE
    return asked.approval


def _write(ctx: Context, deployment: Deployment, secrets: PendingSecrets) -> bool:
    """True once written; False where the id is taken."""
    register_active(ctx, deployment.operation)
    schedule_expiry(ctx, deployment)
    seal(ctx, secrets)
    try:
        ctx.store.create(transitions.accepted(deployment))
    except AlreadyExists:
        return False
    except OutcomeUnknown as unknown:
        again = (
            "post it again with the same Idempotency-Key"
            if deployment.idempotency
            else (
                f"look for it at /deployments/{deployment.deployment_id} before you post it again, "
                "and send an Idempotency-Key with such requests"
            )
        )
        raise RequestRefused(
            ProblemCode.OUTCOME_UNKNOWN,
            f"writing deployment '{deployment.deployment_id}': "
            f"storage did not say whether it was written; {again}",
            deployment_id=deployment.deployment_id,
        ) from unknown
    return True


def _earlier(ctx: Context, candidates: Sequence[str], mark: IdempotencyRecord | None) -> Deployment | None:
    for candidate in candidates if mark else ():
        if ctx.store.get(candidate) is None:
            return None
        earlier = _same_key(ctx, candidate, mark)
        if earlier is not None:
            return earlier
    return None


def _same_key(ctx: Context, deployment_id: str, mark: IdempotencyRecord | None) -> Deployment | None:
    """The deployment that this very key made, or None where the id is another's. Raises
    `idempotency_key_reused`, `conflict`.
    """
    stored = ctx.store.get(deployment_id) if mark else None
    if stored is None or mark is None or stored.deployment.idempotency is None:
        return None
    if stored.deployment.idempotency.fingerprint != mark.fingerprint:
        return None
    if stored.deployment.forgotten_at:
        raise RequestRefused(
            ProblemCode.CONFLICT,
            f"creating deployment '{deployment_id}' anew: it is being forgotten; try again later",
        )
    find_earlier_result(ctx, stored.deployment, mark)
    return stored.deployment
