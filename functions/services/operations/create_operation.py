"""Creates a further operation on a deployment: check it, add it to the queue, notify the dispatcher."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from functions.domain.catalog.template_entry import TemplateEntry
from functions.domain.deployments import transitions
from functions.domain.deployments.deployment import Deployment, IdempotencyRecord
from functions.domain.deployments.operation import Operation, new_operation
from functions.domain.deployments.operation_order import MAX_UNFINISHED
from functions.domain.errors import FieldProblem, OutcomeUnknown, ProblemCode, RequestRefused
from functions.domain.identifiers import operation_id
from functions.domain.jobs.engines import engine_of
from functions.domain.status import Approval, OperationKind, OperationStatus, Resources
from functions.ports import Stored
from functions.services.admission.check_request import check_parameters
from functions.services.admission.engines import check_kind
from functions.services.admission.environments import environment_for, minimum_approval, required_approval
from functions.services.admission.idempotency import IdempotencyKey, find_earlier_result
from functions.services.admission.secret_parameters import (
    PendingSecrets,
    pending_secrets,
    seal,
    split_parameters,
)
from functions.services.catalog.template_snapshots import template_of
from functions.services.context import Context
from functions.services.lookup import find_deployment
from functions.services.optimistic_retry import retry_on_conflict
from functions.services.orchestration.recovery_gate import recovery_needed
from functions.services.scheduling.active_entries import register_active
from functions.services.scheduling.list_rows import show_request
from functions.services.scheduling.notify import notify


@dataclass(frozen=True, slots=True)
class OperationRequest:
    """The caller's request.

    `parameters` is the complete new set, except that omitted sensitive parameters keep their values; None
    keeps all parameters. `again` is an earlier operation to repeat. `confirm` is the deployment's name, which
    a protected template requires. `discards_errored_state` continues without the state that could not be
    written. `by_expiry` is True if the deployment's time to live ended, and no caller asked.
    """

    kind: OperationKind
    body: dict[str, Any]
    parameters: dict[str, Any] | None = None
    approval: Approval | None = None
    comment: str | None = None
    confirm: str | None = None
    lock_id: str | None = None
    discards_errored_state: bool = False
    again: Operation | None = None
    by_expiry: bool = False


@dataclass(frozen=True, slots=True)
class AcceptedOperation:
    """The operation in its deployment. `replayed` is True if an earlier request created it."""

    deployment: Deployment
    operation: Operation
    replayed: bool


def create_operation(
    ctx: Context,
    deployment_id: str,
    request: OperationRequest,
    *,
    caller: str,
    correlation_id: str,
    key: IdempotencyKey | None,
) -> AcceptedOperation:
    """Write the operation and notify the dispatcher.

    Raises RequestRefused (`deployment_not_found`, `invalid_parameters`, `invalid_request`,
    `confirmation_required`, `recovery_needed`, `nothing_to_recover`, `too_many_operations`,
    `idempotency_key_reused`, `unsupported_by_engine`, `conflict`, `outcome_unknown`), StorageUnavailable.
    """
    record = key.to_record(caller, request.body) if key else None

    def accept() -> AcceptedOperation:
        stored = find_deployment(ctx, deployment_id)
        existing = _find_existing(ctx, stored.deployment, request, record)
        if existing is not None:
            notify(ctx, stored.deployment)
            return AcceptedOperation(stored.deployment, existing, replayed=True)
        operation, secrets = _new_operation(
            ctx, stored.deployment, request, caller=caller, correlation_id=correlation_id
        )
        written = _write(ctx, stored, operation, secrets, record)
        show_request(ctx, stored.deployment, written)
        notify(ctx, written.deployment)
        return AcceptedOperation(written.deployment, operation, replayed=False)

    return retry_on_conflict(f"requesting '{request.kind}' of deployment '{deployment_id}'", accept)


def _find_existing(
    ctx: Context, deployment: Deployment, request: OperationRequest, record: IdempotencyRecord | None
) -> Operation | None:
    """Return the operation that an earlier request with the same key created, or for a destroy the destroy
    that is unfinished or done.

    A destroy that awaits approval does not count for an expiry, which must not wait for approval.
    """
    earlier = find_earlier_result(ctx, deployment, record) if record else None
    if earlier is not None and earlier.operation_id:
        return ctx.store.operation(earlier.operation_id)
    if request.kind is not OperationKind.DESTROY:
        return None
    newest = max(deployment.unfinished, key=lambda operation: operation.number, default=None)
    if newest is not None:
        is_destroying = newest.kind is OperationKind.DESTROY and (newest.is_ready or not request.by_expiry)
        return newest if is_destroying else None
    # If the state could not be removed, another destroy removes it.
    is_gone = deployment.state is None and deployment.resources is Resources.NONE
    last = deployment.operation
    was_destroyed = last.kind is OperationKind.DESTROY and last.status is OperationStatus.SUCCEEDED
    return last if is_gone and was_destroyed else None


def _new_operation(
    ctx: Context, deployment: Deployment, request: OperationRequest, *, caller: str, correlation_id: str
) -> tuple[Operation, PendingSecrets]:
    template = template_of(ctx, deployment)
    number = deployment.operation_count + 1
    check_kind(engine_of(deployment.provider_type), request.kind)
    _check_queue_length(deployment)
    _check_kind(deployment, template, request)
    parameters = _requested_parameters(template, request)
    if parameters is not None:
        check_parameters(template, parameters, sealed=deployment.secrets)
    plain, sensitive = split_parameters(template, parameters or {})
    secrets = pending_secrets(operation_id(deployment.deployment_id, number), sensitive)
    operation = new_operation(
        deployment.deployment_id,
        number,
        at=ctx.now(),
        created_by=caller,
        correlation_id=correlation_id,
        kind=request.kind,
        **_approval(ctx, deployment, template, request),
        **_inputs(request, plain, secrets),
        comment=request.comment,
        retry_of=request.again.id if request.again else None,
        lock_id=request.lock_id,
        errored_state=deployment.errored_state if request.kind is OperationKind.RECOVER else None,
        discards_errored_state=request.discards_errored_state,
    )
    return operation, secrets


def _check_queue_length(deployment: Deployment) -> None:
    if len(deployment.unfinished) >= MAX_UNFINISHED:
        raise RequestRefused(
            ProblemCode.TOO_MANY_OPERATIONS,
            f"deployment '{deployment.deployment_id}' has {MAX_UNFINISHED} unfinished operations: "
            "wait for them, or cancel some",
        )


def _check_kind(deployment: Deployment, template: TemplateEntry, request: OperationRequest) -> None:
    if request.kind is OperationKind.RECOVER and not deployment.errored_state:
        raise RequestRefused(
            ProblemCode.NOTHING_TO_RECOVER,
            f"deployment '{deployment.deployment_id}' has no state to recover: /plan, /apply and /destroy "
            "are not blocked",
        )
    if deployment.errored_state and request.kind.needs_state and not request.discards_errored_state:
        raise RequestRefused(ProblemCode.RECOVERY_NEEDED, recovery_needed(deployment))
    unconfirmed = request.confirm != deployment.name and not (request.by_expiry or request.again)
    if request.kind is OperationKind.DESTROY and template.protected and unconfirmed:
        raise RequestRefused(
            ProblemCode.CONFIRMATION_REQUIRED,
            f"template '{template.address}' is protected: destroying its resources needs "
            f'"confirm": "{deployment.name}" in the body',
            errors=[FieldProblem("/confirm", "missing", "must be the deployment's name", deployment.name)],
        )


def _requested_parameters(template: TemplateEntry, request: OperationRequest) -> dict[str, Any] | None:
    """Return the request's parameters, without those that are null and that Slipway generates: they stay."""
    if request.parameters is None:
        return None
    items = request.parameters.items()
    return {name: value for name, value in items if value is not None or name not in template.generate}


def _inputs(request: OperationRequest, plain: dict[str, Any], secrets: PendingSecrets) -> dict[str, Any]:
    """Return the plain parameters and the references of the sealed ones; nothing if all stay unchanged."""
    if request.again is not None:
        return {"parameters": request.again.parameters, "secrets": request.again.secrets}
    if request.parameters is None:
        return {}
    return {"parameters": plain, "secrets": secrets.references}


def _approval(
    ctx: Context, deployment: Deployment, template: TemplateEntry, request: OperationRequest
) -> dict[str, Any]:
    """Return the approval that the operation needs.

    Only an operation that changes resources has a plan to approve. An expiry needs no approval: it was
    approved together with the ttl. No operation of a user request runs before the request is approved.
    """
    if request.by_expiry:
        return {}
    if deployment.is_unapproved_request:
        follows = _plan_approval_follows(ctx, deployment, template, request)
        return {"approval": Approval.REQUEST, "plan_approval_follows": follows}
    if request.kind in (OperationKind.UNLOCK, OperationKind.RECOVER):
        return {}
    approval = required_approval(environment_for(ctx, deployment), template, request.approval)
    if request.kind is OperationKind.PLAN:
        return {} if approval is Approval.PLAN else {"approval": approval}
    return {
        "approval": approval,
        "plan_approval_follows": _plan_approval_follows(ctx, deployment, template, request),
    }


def _plan_approval_follows(
    ctx: Context, deployment: Deployment, template: TemplateEntry, request: OperationRequest
) -> bool:
    """Return True if the plan needs its own approval after the approval of the request."""
    minimum = minimum_approval(environment_for(ctx, deployment), template)
    return request.kind.changes_resources and minimum is Approval.PLAN


def _write(
    ctx: Context,
    stored: Stored,
    operation: Operation,
    secrets: PendingSecrets,
    record: IdempotencyRecord | None,
) -> Stored:
    """Write the operation; return the changed deployment. Raises ConcurrentChange."""
    register_active(ctx, operation)
    seal(ctx, secrets)
    record = replace(record, operation_id=operation.id) if record else None
    try:
        return ctx.store.commit(stored, transitions.operation_accepted(stored.deployment, operation, record))
    except OutcomeUnknown as unknown:
        raise RequestRefused(
            ProblemCode.OUTCOME_UNKNOWN,
            f"writing operation '{operation.id}': storage did not confirm the write; check "
            f"/operations/{operation.id} before you send it again, or send it with the same Idempotency-Key",
            deployment_id=operation.deployment_id,
        ) from unknown
