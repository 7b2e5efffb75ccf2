"""One operation on a deployment, and its transitions. Only `transitions.py` and `change.py` call them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from functions.domain.deployments.operation_transitions import (
    OUTCOME_TRANSITIONS,
    TRANSITIONS,
    TransitionName,
    termination,
)
from functions.domain.errors import IllegalTransition
from functions.domain.failures import Failure, FailureCode
from functions.domain.identifiers import operation_id
from functions.domain.jobs.job_contract import JobResult, Task
from functions.domain.jobs.saved_plan import PlanRecord
from functions.domain.status import Approval, Condition, OperationKind, OperationStatus, Phase


@dataclass(frozen=True, slots=True)
class Decision:
    """The approval or rejection of an operation."""

    approved: bool
    by: str
    at: datetime
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation on a deployment: its task and its progress."""

    id: str
    deployment_id: str
    number: int
    kind: OperationKind
    status: OperationStatus
    created_at: datetime
    created_by: str
    correlation_id: str
    approval: Approval = Approval.NONE
    plan_approval_follows: bool = False
    """True if the plan needs its own approval after the approval of the request."""
    parameters: dict[str, Any] | None = None
    """None: use the deployment's parameters at the start of the first job."""
    secrets: dict[str, str] | None = None
    """Sensitive parameter -> sealed blob. They override those of the deployment."""
    comment: str | None = None
    retry_of: str | None = None
    """The operation that this one repeats."""
    lock_id: str | None = None
    errored_state: str | None = None
    discards_errored_state: bool = False
    job: int = 0
    """The number of jobs that were started, which is the number of the current job."""
    attempt: int = 0
    """The number of jobs that were started for the current task."""
    execution: str | None = None
    started_at: datetime | None = None
    job_started_at: datetime | None = None
    completed_at: datetime | None = None
    not_before: datetime | None = None
    """When the next attempt may start."""
    awaiting_since: datetime | None = None
    decision: Decision | None = None
    request_decision: Decision | None = None
    """The approval of the request, if the plan needs its own approval."""
    plan: PlanRecord | None = None
    """The saved plan that awaits approval, or was approved."""
    plan_job: int | None = None
    applied: bool = False
    cancel_requested_at: datetime | None = None
    cancel_requested_by: str | None = None
    cancel_comment: str | None = None
    silent_since: datetime | None = None
    error: Failure | None = None
    changes: dict[str, int] | None = None
    engine_version: str | None = None
    late_result: str | None = None
    """The outcome that a runner reported after its job already had another result."""

    @property
    def is_ready(self) -> bool:
        """Return True if the operation runs, or may run as soon as it is current."""
        return self.status in (OperationStatus.PENDING, OperationStatus.RUNNING)

    @property
    def awaits(self) -> Approval:
        """Return what awaits approval now."""
        return self.approval if self.status is OperationStatus.AWAITING_APPROVAL else Approval.NONE

    @property
    def is_approved(self) -> bool:
        """Return True if the operation needs no approval, or has it."""
        return self.approval is Approval.NONE or (self.decision is not None and self.decision.approved)

    @property
    def task(self) -> Task:
        """Return the task of the current or next job."""
        if self.kind in (OperationKind.UNLOCK, OperationKind.RECOVER):
            return Task(self.kind.value)
        if self.kind is OperationKind.PLAN or not self.is_approved:
            return Task.PLAN
        return Task.APPLY_PLAN if self.approval is Approval.PLAN else Task.APPLY

    @property
    def phase(self) -> Phase | None:
        """Return the recorded phase. While a runner works, its heartbeat has the exact one."""
        if self.status is OperationStatus.PENDING:
            return Phase.QUEUED
        return Phase.STARTING if self.status is OperationStatus.RUNNING else None

    @property
    def condition(self) -> Condition | None:
        """Return a condition that people should see besides the phase of a running operation."""
        return Condition.RUNNER_SILENT if self.silent_since else None

    def job_started(self, at: datetime, execution: str | None) -> Operation:
        """Return the operation with its next job. `execution` is None if the platform refused to start it."""
        return replace(
            self._moved(TransitionName.JOB_STARTED),
            job=self.job + 1,
            attempt=self.attempt + 1,
            execution=execution,
            job_started_at=at,
            started_at=self.started_at or at,
            not_before=None,
        )

    def job_abandoned(self, not_before: datetime) -> Operation:
        """Return the operation after a job without any effect. The next job may start at `not_before`."""
        return replace(
            self._moved(TransitionName.JOB_ABANDONED),
            execution=None,
            not_before=not_before,
            silent_since=None,
        )

    def planned(self, result: JobResult) -> Operation:
        """Return the operation with its saved plan, which awaits approval."""
        return replace(
            self._moved(TransitionName.PLANNED),
            plan=result.plan,
            plan_job=self.job,
            changes=result.changes,
            engine_version=result.engine_version,
            awaiting_since=result.ended_at,
            execution=None,
            silent_since=None,
        )

    def decided(self, decision: Decision) -> Operation:
        """Return the operation after its approval or rejection."""
        moved = self._moved(TransitionName.APPROVED if decision.approved else TransitionName.REJECTED)
        if decision.approved and self.approval is Approval.REQUEST and self.plan_approval_follows:
            return replace(
                moved,
                approval=Approval.PLAN,
                plan_approval_follows=False,
                request_decision=decision,
                awaiting_since=None,
            )
        return replace(
            moved,
            decision=decision,
            attempt=0,
            completed_at=None if decision.approved else decision.at,
            error=None if decision.approved else _rejection(decision),
        )

    def terminated(self, failure: Failure, at: datetime) -> Operation:
        """Return the ended operation, which has no runner. The failure's code selects the transition."""
        moved = self._moved(termination(failure))
        return replace(moved, error=failure, completed_at=at, not_before=None)

    def silent(self, since: datetime | None) -> Operation:
        """Return the operation with the time since which its runner is silent; None if it is heard again."""
        if self.status is not OperationStatus.RUNNING:
            raise IllegalTransition(f"watching operation '{self.id}': it is '{self.status}'")
        return replace(self, silent_since=since)

    def cancel_requested(self, at: datetime, by: str, comment: str | None = None) -> Operation:
        """Return the operation with a cancel request. It continues until its job has a result."""
        if self.status.is_final:
            raise IllegalTransition(f"cancelling operation '{self.id}': it has ended as '{self.status}'")
        return replace(self, cancel_requested_at=at, cancel_requested_by=by, cancel_comment=comment)

    def ended(self, result: JobResult) -> Operation:
        """Return the operation ended with the result of its current job."""
        return replace(
            self._moved(OUTCOME_TRANSITIONS[result.outcome]),
            completed_at=result.ended_at,
            applied=result.applied,
            error=result.failure,
            changes=result.changes or self.changes,
            plan_job=self.plan_job or (self.job if result.changes is not None else None),
            engine_version=result.engine_version or self.engine_version,
            silent_since=None,
            not_before=None,
        )

    def with_late_result(self, outcome: str) -> Operation:
        """Return the operation with the outcome that a lost runner reported late. The status stays."""
        return replace(self, late_result=outcome)

    def _moved(self, name: TransitionName) -> Operation:
        transition = TRANSITIONS[name]
        if self.status not in transition.sources:
            raise IllegalTransition(
                f"moving operation '{self.id}' by '{name}': it is '{self.status}', "
                f"not {' or '.join(repr(source.value) for source in transition.sources)}"
            )
        return replace(self, status=transition.target)


def new_operation(
    deployment_id: str,
    number: int,
    *,
    at: datetime,
    created_by: str,
    correlation_id: str,
    kind: OperationKind,
    **options: Any,
) -> Operation:
    """Return a new operation. It awaits approval if the request needs one, else it is pending."""
    operation = Operation(
        id=operation_id(deployment_id, number),
        deployment_id=deployment_id,
        number=number,
        kind=kind,
        status=OperationStatus.PENDING,
        created_at=at,
        created_by=created_by,
        correlation_id=correlation_id,
        **options,
    )
    if operation.approval is Approval.REQUEST:
        return replace(operation, status=OperationStatus.AWAITING_APPROVAL, awaiting_since=at)
    return operation


def _rejection(decision: Decision) -> Failure:
    why = f": {decision.comment}" if decision.comment else ""
    return Failure(FailureCode.REJECTED, f"rejected by '{decision.by}'{why}")
