"""Visits every state that a deployment can reach, with the transitions of the domain.

docs/lifecycle.md has a drawing of the result: a transition that the domain refuses is no arrow there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from functions.domain.deployments import transitions
from functions.domain.deployments.change import Change
from functions.domain.deployments.deployment import Deployment
from functions.domain.deployments.operation import Decision, Operation, new_operation
from functions.domain.errors import IllegalTransition
from functions.domain.failures import Failure, FailureCode
from functions.domain.jobs.job_contract import JobResult, Outcome
from functions.domain.jobs.saved_plan import PlanRecord
from functions.domain.status import Approval, OperationKind, Resources

AT = datetime(2026, 1, 1, tzinfo=UTC)

_ID = "deploy-000000000000"
_KINDS = (OperationKind.PLAN, OperationKind.APPLY, OperationKind.DESTROY)


@dataclass(frozen=True)
class Step:
    """One transition: the deployment before it, the name of its event, and the deployment after it."""

    before: Deployment
    event: str
    after: Deployment


def walk(*firsts: Deployment) -> list[Step]:
    """Return every step that is possible from these deployments on, once for each kind of situation."""
    steps: list[Step] = []
    visited: set[object] = set()
    remaining = list(firsts)
    while remaining:
        deployment = remaining.pop()
        if _situation(deployment) in visited:
            continue
        visited.add(_situation(deployment))
        for change in _changes(deployment):
            steps.append(Step(deployment, change.event.name, change.deployment))
            remaining.append(change.deployment)
    return steps


def new_deployment(
    approval: Approval, kind: OperationKind = OperationKind.APPLY, *, plan_follows: bool = False
) -> Deployment:
    """Return a new deployment. With `plan_follows`, its plan needs an approval after the request's."""
    operation = _operation(1, kind, approval, plan_follows=plan_follows)
    return Deployment(
        deployment_id=_ID,
        provider_type="terraform-local",
        cloud_provider="local",
        template_name="greeting",
        template_version=None,
        template_digest="",
        subscription_id=None,
        resource_group=None,
        location=None,
        parameters={},
        tags={},
        created_by="ada",
        created_at=AT,
        correlation_id="",
        operation=operation,
        request_operation=operation.id if approval is Approval.REQUEST else None,
    )


def _changes(deployment: Deployment) -> Iterator[Change]:
    for transition in _candidates(deployment):
        try:
            yield transition()
        except IllegalTransition:
            continue


def _candidates(deployment: Deployment) -> Iterator[Callable[[], Change]]:
    """Yield every transition to try; the domain refuses the illegal ones."""
    operation = deployment.operation
    yield partial(transitions.job_started, deployment, AT, "an execution")
    yield partial(transitions.job_abandoned, deployment, AT, reason="", not_before=AT)
    if operation.approval is Approval.PLAN and not operation.is_approved:
        yield partial(
            transitions.planned, deployment, replace(_result(Outcome.SUCCEEDED, Resources.NONE), plan=_PLAN)
        )
    for approved in (True, False):
        yield partial(transitions.decided, deployment, operation, Decision(approved, "bob", AT))
    codes = [FailureCode.APPROVAL_EXPIRED, FailureCode.CANCELLED]
    for code in [*codes, FailureCode.PLAN_STALE] if operation.plan else codes:
        yield partial(transitions.terminated, deployment, operation, Failure(code, ""), AT)
    if operation.is_approved:
        for result in _results(deployment):
            yield partial(transitions.ended, deployment, result)
    if not deployment.unfinished:
        yield from _next_operations(deployment)


def _results(deployment: Deployment) -> Iterator[JobResult]:
    kind = deployment.operation.kind
    if not kind.changes_resources:
        yield from (_result(outcome, deployment.resources) for outcome in Outcome)
        return
    resources = Resources.NONE if kind is OperationKind.DESTROY else Resources.SOME
    yield _result(Outcome.SUCCEEDED, resources, applied=True)
    for outcome in (Outcome.FAILED, Outcome.CANCELLED, Outcome.LOST):
        yield _result(outcome, Resources.NONE)
        yield _result(outcome, Resources.UNKNOWN, applied=True)


def _next_operations(deployment: Deployment) -> Iterator[Callable[[], Change]]:
    number = deployment.operation_count + 1
    for kind in _KINDS:
        for approval in Approval:
            operation = _operation(number, kind, approval)
            if approval is Approval.REQUEST:
                operation = replace(operation, retry_of=deployment.request_operation)
            yield partial(transitions.operation_accepted, deployment, operation)


def _operation(
    number: int, kind: OperationKind, approval: Approval, *, plan_follows: bool = False
) -> Operation:
    return new_operation(
        _ID,
        number,
        at=AT,
        created_by="ada",
        correlation_id="",
        kind=kind,
        approval=approval,
        plan_approval_follows=plan_follows,
    )


def _result(outcome: Outcome, resources: Resources, *, applied: bool = False) -> JobResult:
    return JobResult(outcome=outcome, resources=resources, ended_at=AT, applied=applied)


def _situation(deployment: Deployment) -> tuple[object, ...]:
    """Return everything on which the statuses and the next transitions depend."""
    operation = deployment.operation
    return (
        operation.kind,
        operation.status,
        operation.approval,
        operation.is_approved,
        operation.plan_approval_follows,
        operation.plan is not None,
        deployment.settled_status,
        deployment.resources,
    )


_PLAN = PlanRecord(
    job=1,
    sha256="",
    template_digest="",
    engine_version=None,
    providers={},
    parameters_digest="",
    serial=0,
    lineage="",
    planned_at=AT,
)
