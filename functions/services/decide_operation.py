"""Approving and rejecting an operation that awaits it: of all who decide at once, the first one does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from functions.domain.deployment import Deployment
from functions.domain.errors import ConcurrentChange, RequestRefused
from functions.domain.job import Failure
from functions.domain.operation import Decision, Operation
from functions.domain.status import OperationStatus
from functions.ports import Stored
from functions.services.context import Context
from functions.services.environment_of import environment_of
from functions.services.expire_approval import expire_approval
from functions.services.find import find_operation
from functions.services.operation_entries import look_soon
from functions.services.watch import ring

_TRIES = 8


@dataclass(frozen=True, slots=True)
class Decided:
    """The operation after the decision, in its deployment."""

    deployment: Deployment
    operation: Operation


def decide_operation(
    ctx: Context, operation_id: str, *, approve: bool, caller: str, comment: str | None
) -> Decided:
    """Write the decision down and, where it is a yes, ring for the operation.

    The same decision by the same caller again is no error. Raises RequestRefused (`operation_not_found`,
    `not_awaiting_approval`, `self_approval`, `plan_stale`, `conflict`).
    """
    for _ in range(_TRIES):
        stored, operation = find_operation(ctx, operation_id)
        if _said_before(operation, approve=approve, caller=caller):
            return Decided(stored.deployment, operation)
        try:
            if expire_approval(ctx, stored):
                continue
            _check(ctx, stored, operation, approve=approve, caller=caller)
            return _write(ctx, stored, operation, Decision(approve, caller, ctx.now(), comment))
        except ConcurrentChange:
            continue
    raise RequestRefused("conflict", f"deciding on operation '{operation_id}': it keeps moving; try again")


def _said_before(operation: Operation, *, approve: bool, caller: str) -> bool:
    said = operation.decision
    return said is not None and (said.approved, said.by) == (approve, caller)


def _check(ctx: Context, stored: Stored, operation: Operation, *, approve: bool, caller: str) -> None:
    if operation.status is not OperationStatus.AWAITING_APPROVAL:
        raise _not_awaiting(operation)
    if not approve:
        return
    environment = environment_of(ctx, stored.deployment)
    if operation.created_by == caller and not environment.self_approval:
        raise RequestRefused(
            "self_approval",
            f"'{caller}' asked for operation '{operation.id}': in environment '{environment.id}' "
            "somebody else must approve it",
        )
    _check_age(ctx, stored, operation)


def _check_age(ctx: Context, stored: Stored, operation: Operation) -> None:
    """A plan that is too old ends here; approving it is refused."""
    limit = timedelta(seconds=ctx.policy.plan_seconds)
    if operation.plan is None or ctx.now() - operation.plan.planned_at <= limit:
        return
    failure = Failure(
        "plan_stale",
        f"the plan is older than {ctx.policy.plan_seconds} s (SLIPWAY_PLAN_SECONDS); "
        f"POST /operations/{operation.id}/retry makes a new one",
    )
    look_soon(ctx, operation)
    stored = ctx.store.commit(stored, stored.deployment.given_up(operation, "plan_stale", failure, ctx.now()))
    ring(ctx, stored.deployment)
    raise RequestRefused("plan_stale", failure.message)


def _not_awaiting(operation: Operation) -> RequestRefused:
    if operation.error is not None and operation.error.code == "plan_stale":
        return RequestRefused("plan_stale", operation.error.message)
    said = operation.decision
    verdict = "approved" if said and said.approved else "rejected"
    who = f": '{said.by}' has {verdict} it" if said else ""
    return RequestRefused(
        "not_awaiting_approval",
        f"operation '{operation.id}' is '{operation.status}' and awaits no approval{who}",
    )


def _write(ctx: Context, stored: Stored, operation: Operation, decision: Decision) -> Decided:
    look_soon(ctx, operation)
    stored = ctx.store.commit(stored, stored.deployment.decided(operation, decision))
    ring(ctx, stored.deployment)
    found = stored.deployment.find(operation.id)
    return Decided(stored.deployment, found or operation.decided(decision))
