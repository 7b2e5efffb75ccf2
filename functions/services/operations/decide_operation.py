"""Approves or rejects an operation that awaits approval. Of several decisions, the first one counts."""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain.deployments import transitions
from functions.domain.deployments.change import Change
from functions.domain.deployments.deployment import Deployment
from functions.domain.deployments.operation import Decision, Operation
from functions.domain.errors import FieldProblem, ProblemCode, RequestRefused
from functions.domain.failures import FailureCode
from functions.domain.status import OperationStatus
from functions.ports import Stored
from functions.services.admission.environments import environment_for
from functions.services.context import Context
from functions.services.lookup import find_operation
from functions.services.optimistic_retry import retry_on_conflict
from functions.services.orchestration.approval_limits import expire_approval
from functions.services.orchestration.next_step import Next
from functions.services.orchestration.plan_age import stale_plan_failure
from functions.services.scheduling.active_entries import schedule_recovery_check
from functions.services.scheduling.list_rows import show_request
from functions.services.scheduling.notify import notify


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """The operation after the decision, in its deployment."""

    deployment: Deployment
    operation: Operation


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    """A caller's decision on an operation; `plan_sha256` is the plan that the caller looked at."""

    approve: bool
    caller: str
    comment: str | None = None
    plan_sha256: str | None = None


def decide_operation(ctx: Context, operation_id: str, request: DecisionRequest) -> DecisionResult:
    """Write the decision and notify the dispatcher.

    Repeating one's own decision is no error. Raises RequestRefused (`operation_not_found`,
    `not_awaiting_approval`, `self_approval`, `plan_stale`, `plan_differs`, `invalid_request`, `conflict`).
    """

    def decide() -> DecisionResult:
        stored, operation = find_operation(ctx, operation_id)
        while expire_approval(ctx, stored) is Next.AGAIN:
            stored, operation = find_operation(ctx, operation_id)
        if _is_repeat(operation, request):
            return DecisionResult(stored.deployment, operation)
        _check(ctx, stored, operation, request)
        decision = Decision(request.approve, request.caller, ctx.now(), request.comment)
        return _write(ctx, stored, operation, decision)

    return retry_on_conflict(f"deciding on operation '{operation_id}'", decide)


def _is_repeat(operation: Operation, request: DecisionRequest) -> bool:
    """Return True if this caller already made this decision.

    A decision on the request no longer counts once the plan needs its own.
    """
    at_plan = operation.status is OperationStatus.AWAITING_APPROVAL
    decision = operation.decision or (None if at_plan else operation.request_decision)
    return decision is not None and (decision.approved, decision.by) == (request.approve, request.caller)


def _check(ctx: Context, stored: Stored, operation: Operation, request: DecisionRequest) -> None:
    if operation.status is not OperationStatus.AWAITING_APPROVAL:
        raise _not_awaiting(operation)
    _check_plan(operation, request)
    if not request.approve:
        return
    environment = environment_for(ctx, stored.deployment)
    if operation.created_by == request.caller and not environment.self_approval:
        raise RequestRefused(
            ProblemCode.SELF_APPROVAL,
            f"'{request.caller}' requested operation '{operation.id}': in environment '{environment.id}' "
            "another person must approve it",
        )
    _check_age(ctx, stored, operation)


def _check_plan(operation: Operation, request: DecisionRequest) -> None:
    """Raise RequestRefused if the approval is not for the plan that awaits it.

    After an approved request, the approval of the plan must name the plan: a client that repeats its approval
    of the request must not approve an unseen plan.
    """
    awaiting = operation.plan.sha256 if operation.plan else None
    if request.plan_sha256 is None and request.approve and operation.request_decision is not None:
        detail = (
            f"the request '{operation.id}' is approved; now its plan awaits approval: read "
            f"GET /operations/{operation.id}/plan and send its sha256"
        )
        problem = FieldProblem("/plan_sha256", "missing", "must be the SHA-256 of the plan", "string")
        raise RequestRefused(ProblemCode.INVALID_REQUEST, detail, errors=[problem])
    if request.plan_sha256 is not None and request.plan_sha256 != awaiting:
        raise RequestRefused(
            ProblemCode.PLAN_DIFFERS,
            f"operation '{operation.id}' awaits approval of "
            + (f"the plan with SHA-256 '{awaiting}'" if awaiting else "the request, which has no plan yet")
            + f", not of '{request.plan_sha256}': read GET /operations/{operation.id}/plan again",
        )


def _check_age(ctx: Context, stored: Stored, operation: Operation) -> None:
    """End an operation whose plan is too old. Raises RequestRefused `plan_stale`."""
    failure = stale_plan_failure(ctx, operation)
    if failure is None:
        return
    _commit(ctx, stored, operation, transitions.terminated(stored.deployment, operation, failure, ctx.now()))
    raise RequestRefused(ProblemCode.PLAN_STALE, failure.message)


def _not_awaiting(operation: Operation) -> RequestRefused:
    if operation.error is not None and operation.error.code == FailureCode.PLAN_STALE:
        return RequestRefused(ProblemCode.PLAN_STALE, operation.error.message)
    decision = operation.decision
    outcome = "approved" if decision and decision.approved else "rejected"
    who = f": '{decision.by}' has {outcome} it" if decision else ""
    return RequestRefused(
        ProblemCode.NOT_AWAITING_APPROVAL,
        f"operation '{operation.id}' is '{operation.status}' and does not await approval{who}",
    )


def _write(ctx: Context, stored: Stored, operation: Operation, decision: Decision) -> DecisionResult:
    deployment = _commit(ctx, stored, operation, transitions.decided(stored.deployment, operation, decision))
    unfinished = deployment.find(operation.id)
    return DecisionResult(deployment, unfinished or operation.decided(decision))


def _commit(ctx: Context, stored: Stored, operation: Operation, change: Change) -> Deployment:
    schedule_recovery_check(ctx, operation)
    after = ctx.store.commit(stored, change)
    show_request(ctx, stored.deployment, after)
    notify(ctx, after.deployment)
    return after.deployment
