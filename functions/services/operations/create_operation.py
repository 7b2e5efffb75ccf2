"""A further operation on a deployment: check it, write it down at the end of the line, ring the bell."""

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
from functions.services.scheduling.wake_up import notify


@dataclass(frozen=True, slots=True)
class OperationRequest:
    """What the caller asks for.

    `parameters` is the whole new set, but for sensitive ones, which stay as they are where they are not
    given; None leaves all as they are. `again` is an earlier operation to do once more. `confirm` is the
    deployment's name, for one that is protected; `discards_errored_state` has it go on without a state that
    could not be written; `by_expiry` where nobody asks but the deployment's own time to live.
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
    """The operation in its deployment; `replayed` where it was there before."""

    deployment: Deployment
    operation: Operation
    replayed: bool


def accept_operation(
    ctx: Context,
    deployment_id: str,
    request: OperationRequest,
    *,
    caller: str,
    correlation_id: str,
    key: IdempotencyKey | None,
) -> AcceptedOperation:
    """Write the operation down and ring for it.

    Raises RequestRefused (`deployment_not_found`, `invalid_parameters`, `invalid_request`,
    `confirmation_required`, `recovery_needed`, `nothing_to_recover`, `too_many_operations`,
    `idempotency_key_reused`, `unsupported_by_engine`, `conflict`, `outcome_unknown`), StorageUnavailable.
    """
    mark = key.mark(caller, request.body) if key else None

    def accept() -> AcceptedOperation:
        stored = find_deployment(ctx, deployment_id)
        before = _there_already(ctx, stored.deployment, request, mark)
        if before is not None:
            notify(ctx, stored.deployment)
            return AcceptedOperation(stored.deployment, before, replayed=True)
        operation, secrets = _new(
            ctx, stored.deployment, request, caller=caller, correlation_id=correlation_id
        )
        written = _write(ctx, stored, operation, secrets, mark)
        notify(ctx, written.deployment)
        return AcceptedOperation(written.deployment, operation, replayed=False)

    return retry_on_conflict(f"asking deployment '{deployment_id}' for '{request.kind}'", accept)


def _there_already(
    ctx: Context, deployment: Deployment, request: OperationRequest, mark: IdempotencyRecord | None
) -> Operation | None:
    """What an earlier request with the same key has made; of a destroy, the one that is under way or done.

    What expires is not held up by a destroy that awaits approval.
    """
    made = find_earlier_result(ctx, deployment, mark) if mark else None
    if made is not None and made.operation_id:
        return ctx.store.operation(made.operation_id)
    if request.kind is not OperationKind.DESTROY:
        return None
    newest = max(deployment.unfinished, key=lambda each: each.number, default=None)
    if newest is not None:
        under_way = newest.kind is OperationKind.DESTROY and (newest.is_ready or not request.by_expiry)
        return newest if under_way else None
    # a state that could not be removed is what another destroy is for
    is_gone = deployment.state is None and deployment.resources is Resources.NONE
    last = deployment.operation
    was_destroyed = last.kind is OperationKind.DESTROY and last.status is OperationStatus.SUCCEEDED
    return last if is_gone and was_destroyed else None


def _new(
    ctx: Context, deployment: Deployment, request: OperationRequest, *, caller: str, correlation_id: str
) -> tuple[Operation, PendingSecrets]:
    template = template_of(ctx, deployment)
    number = deployment.operation_count + 1
    check_kind(engine_of(deployment.provider_type), request.kind)
    _check_place(deployment)
    _check_kind(deployment, template, request)
    given = _given(template, request)
    if given is not None:
        check_parameters(template, given, sealed=deployment.secrets)
    plain, sensitive = split_parameters(template, given or {})
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


def _check_place(deployment: Deployment) -> None:
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
            f"deployment '{deployment.deployment_id}' has no state that could not be written: nothing of "
            "that kind is in the way of /plan, /apply or /destroy",
        )
    if deployment.errored_state and request.kind.needs_state and not request.discards_errored_state:
        raise RequestRefused(ProblemCode.RECOVERY_NEEDED, recovery_needed(deployment))
    unconfirmed = request.confirm != deployment.name and not (request.by_expiry or request.again)
    if request.kind is OperationKind.DESTROY and template.protected and unconfirmed:
        raise RequestRefused(
            ProblemCode.CONFIRMATION_REQUIRED,
            f"template '{template.address}' is protected: destroying what it made needs "
            f'"confirm": "{deployment.name}" in the body',
            errors=[FieldProblem("/confirm", "missing", "must be the deployment's name", deployment.name)],
        )


def _given(template: TemplateEntry, request: OperationRequest) -> dict[str, Any] | None:
    """The parameters as they were given; null for one that Slipway generates leaves it as it is."""
    if request.parameters is None:
        return None
    kept = request.parameters.items()
    return {name: value for name, value in kept if value is not None or name not in template.generate}


def _inputs(request: OperationRequest, plain: dict[str, Any], secrets: PendingSecrets) -> dict[str, Any]:
    """The plain parameters and where the sealed ones lie; nothing where they stay as they are."""
    if request.again is not None:
        return {"parameters": request.again.parameters, "secrets": request.again.secrets}
    if request.parameters is None:
        return {}
    return {"parameters": plain, "secrets": secrets.references}


def _approval(
    ctx: Context, deployment: Deployment, template: TemplateEntry, request: OperationRequest
) -> dict[str, Any]:
    """What the operation needs: only what changes resources has a plan to approve, and what expires was
    approved together with its end. Of a request nothing at all runs before it is approved.
    """
    if request.by_expiry:
        return {}
    if deployment.is_unapproved_request:
        follows = _follows(ctx, deployment, template, request)
        return {"approval": Approval.REQUEST, "plan_approval_follows": follows}
    if request.kind in (OperationKind.UNLOCK, OperationKind.RECOVER):
        return {}
    approval = required_approval(environment_for(ctx, deployment), template, request.approval)
    if request.kind is OperationKind.PLAN:
        return {} if approval is Approval.PLAN else {"approval": approval}
    return {
        "approval": approval,
        "plan_approval_follows": _follows(ctx, deployment, template, request),
    }


def _follows(
    ctx: Context, deployment: Deployment, template: TemplateEntry, request: OperationRequest
) -> bool:
    """True where an approved request has its plan approved as well."""
    least = minimum_approval(environment_for(ctx, deployment), template)
    return request.kind.changes_resources and least is Approval.PLAN


def _write(
    ctx: Context,
    stored: Stored,
    operation: Operation,
    secrets: PendingSecrets,
    mark: IdempotencyRecord | None,
) -> Stored:
    """The deployment with the operation. Raises ConcurrentChange where somebody else moved it first."""
    register_active(ctx, operation)
    seal(ctx, secrets)
    marked = replace(mark, operation_id=operation.id) if mark else None
    try:
        return ctx.store.commit(stored, transitions.operation_accepted(stored.deployment, operation, marked))
    except OutcomeUnknown as unknown:
        raise RequestRefused(
            ProblemCode.OUTCOME_UNKNOWN,
            f"writing operation '{operation.id}': storage did not say whether it was written; look at "
            f"/operations/{operation.id} before you ask again, or ask again with the same Idempotency-Key",
            deployment_id=operation.deployment_id,
        ) from unknown
