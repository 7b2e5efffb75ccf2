"""POST /deploy: check the request, write the deployment, notify the dispatcher (docs/rules.md rules 1 and 2).

The storage calls are, in this order: the `active` entry, the sealed secrets, the batch, the message. The
batch decides: once it is committed, the deployment is accepted. If the message is lost, reconcile finds the
deployment by its `active` entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from functions.domain.catalog.providers import PROVIDER_TYPES
from functions.domain.catalog.template_entry import TemplateEntry
from functions.domain.deployments import transitions
from functions.domain.deployments.deployment import Deployment, IdempotencyRecord
from functions.domain.deployments.operation import new_operation
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
from functions.services.deployments.deploy_request import DeployRequest, ValidatedRequest
from functions.services.scheduling.active_entries import register_active
from functions.services.scheduling.expiry import schedule_expiry
from functions.services.scheduling.notify import notify

# A derived id has 48 bits. Two keys with the same id are rare; a third candidate is practically never used.
_CANDIDATES = 4


@dataclass(frozen=True, slots=True)
class Accepted:
    """The deployment. `replayed` is True if an earlier request with the same key created it."""

    deployment: Deployment
    replayed: bool


def create_deployment(
    ctx: Context,
    request: DeployRequest,
    *,
    caller: str,
    correlation_id: str,
    key: IdempotencyKey | None,
    deployment_id: str | None = None,
) -> Accepted:
    """Write the deployment and notify the dispatcher. `deployment_id` is the id it must have, if given.

    Raises RequestRefused (`unknown_template`, `provider_unavailable`, `secrets_unsupported`,
    `invalid_request`, `invalid_parameters`, `idempotency_key_reused`, `outcome_unknown`, `conflict`),
    AlreadyExists if another deployment has `deployment_id`, and StorageUnavailable, after which no part of
    the deployment exists.
    """
    record = key.to_record(caller, request.body) if key else None
    candidates = [deployment_id] if deployment_id else _candidates(record)
    try:
        validated = _check(ctx, request, caller, correlation_id, record)
    except RequestRefused:
        # The template may have changed since the first request; a repeated one still gets the first response.
        earlier = _find_earlier(ctx, candidates, record)
        if earlier is None:
            raise
        return Accepted(earlier, replayed=True)
    save_snapshot(ctx, validated.template)
    plain, sensitive = split_parameters(validated.template, request.parameters)
    sensitive |= generate_passwords(validated.template, sensitive)
    for candidate in candidates:
        secrets = pending_secrets(operation_id(candidate, 1), sensitive)
        deployment = _new_deployment(validated, candidate, plain, secrets)
        if _write(ctx, deployment, secrets):
            notify(ctx, deployment)
            return Accepted(deployment, replayed=False)
        earlier = _find_by_key(ctx, candidate, record)
        if earlier is not None:
            # This request has just scheduled a later expiry than that of the first request.
            schedule_expiry(ctx, earlier)
            notify(ctx, earlier)
            return Accepted(earlier, replayed=True)
    if deployment_id:
        raise AlreadyExists(f"creating deployment '{deployment_id}': it exists already")
    raise StorageUnavailable("choosing a deployment id: every candidate is in use")


def _check(
    ctx: Context, request: DeployRequest, caller: str, correlation_id: str, record: IdempotencyRecord | None
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
        record=record,
        at=ctx.now(),
    )


def _check_expiry(request: DeployRequest, template: TemplateEntry) -> None:
    """Raise RequestRefused for the ttl of a protected template: only a confirmed request may destroy it."""
    if request.ttl is not None and template.protected:
        detail = f"template '{template.address}' is protected: its deployments cannot have a time to live"
        raise RequestRefused(
            ProblemCode.INVALID_REQUEST, detail, errors=[FieldProblem("/ttl", "not_allowed", detail, None)]
        )


def _candidates(record: IdempotencyRecord | None) -> list[str]:
    if record is None:
        return [new_deployment_id() for _ in range(_CANDIDATES)]
    return [derived_deployment_id(record.fingerprint, counter) for counter in range(_CANDIDATES)]


def _new_deployment(
    validated: ValidatedRequest, deployment_id: str, parameters: dict[str, Any], secrets: PendingSecrets
) -> Deployment:
    request, template = validated.request, validated.template
    first_operation = operation_id(deployment_id, 1)
    return Deployment(
        deployment_id=deployment_id,
        provider_type=request.provider_type,
        cloud_provider=PROVIDER_TYPES[request.provider_type].cloud,
        template_name=template.name,
        template_version=template.version,
        template_digest=template.digest,
        subscription_id=request.subscription_id,
        resource_group=request.resource_group,
        location=request.location or validated.environment.location,
        parameters=parameters,
        secrets=secrets.references,
        tags={**validated.environment.tags, **request.tags},
        created_by=validated.caller,
        created_at=validated.at,
        correlation_id=validated.correlation_id,
        env_id=validated.environment.id,
        workspace=request.workspace,
        backend=validated.environment.backend,
        request=request.user_request,
        request_operation=first_operation if _approval(validated) is Approval.REQUEST else None,
        expires_at=validated.at + request.ttl if request.ttl else None,
        idempotency=validated.record,
        operation=new_operation(
            deployment_id,
            1,
            at=validated.at,
            created_by=validated.caller,
            correlation_id=validated.correlation_id,
            kind=OperationKind.PLAN if request.dry_run else OperationKind.APPLY,
            approval=_approval(validated),
            parameters=parameters,
            secrets=secrets.references,
            plan_approval_follows=validated.plan_approval_follows and not request.dry_run,
        ),
    )


def _approval(validated: ValidatedRequest) -> Approval:
    """Return the approval that the operation needs.

    A dry run changes nothing, so its plan needs no approval; the approval of a user request stays.
    """
    if validated.request.dry_run and validated.approval is Approval.PLAN:
        return Approval.NONE
    return validated.approval


def _write(ctx: Context, deployment: Deployment, secrets: PendingSecrets) -> bool:
    """Write the deployment. Return False if another deployment has its id."""
    register_active(ctx, deployment.operation)
    schedule_expiry(ctx, deployment)
    seal(ctx, secrets)
    try:
        ctx.store.create(transitions.accepted(deployment))
    except AlreadyExists:
        return False
    except OutcomeUnknown as unknown:
        how_to_repeat = (
            "send it again with the same Idempotency-Key"
            if deployment.idempotency
            else (
                f"check /deployments/{deployment.deployment_id} before you send it again, "
                "and send an Idempotency-Key with such requests"
            )
        )
        raise RequestRefused(
            ProblemCode.OUTCOME_UNKNOWN,
            f"writing deployment '{deployment.deployment_id}': "
            f"storage did not confirm the write; {how_to_repeat}",
            deployment_id=deployment.deployment_id,
        ) from unknown
    return True


def _find_earlier(
    ctx: Context, candidates: Sequence[str], record: IdempotencyRecord | None
) -> Deployment | None:
    for candidate in candidates if record else ():
        if ctx.store.get(candidate) is None:
            return None
        earlier = _find_by_key(ctx, candidate, record)
        if earlier is not None:
            return earlier
    return None


def _find_by_key(ctx: Context, deployment_id: str, record: IdempotencyRecord | None) -> Deployment | None:
    """Return the deployment if a request with this key created it, else None.

    Raises RequestRefused `idempotency_key_reused`, `conflict`.
    """
    stored = ctx.store.get(deployment_id) if record else None
    if stored is None or record is None or stored.deployment.idempotency is None:
        return None
    if stored.deployment.idempotency.fingerprint != record.fingerprint:
        return None
    if stored.deployment.deleted_at:
        raise RequestRefused(
            ProblemCode.CONFLICT,
            f"creating deployment '{deployment_id}' again: it is being deleted; try again later",
        )
    find_earlier_result(ctx, stored.deployment, record)
    return stored.deployment
