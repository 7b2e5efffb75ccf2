"""One run on a deployment, and the moves it may make. `deployment.py` is the only one to make them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from functions.domain.errors import IllegalTransition
from functions.domain.identifiers import operation_id
from functions.domain.jobs.job_contract import Failure, JobResult, Outcome, Task
from functions.domain.jobs.saved_plan import PlanRecord
from functions.domain.status import Approval, Condition, OperationKind, OperationStatus, Phase

PENDING = OperationStatus.PENDING
RUNNING = OperationStatus.RUNNING
AWAITING = OperationStatus.AWAITING_APPROVAL


@dataclass(frozen=True, slots=True)
class Transition:
    """One arrow of the state machine: from any of `sources` to `target`."""

    name: str
    sources: tuple[OperationStatus, ...]
    target: OperationStatus


TRANSITIONS: dict[str, Transition] = {
    move.name: move
    for move in (
        Transition("job_started", (PENDING,), RUNNING),
        Transition("job_abandoned", (RUNNING,), PENDING),
        Transition("planned", (RUNNING,), AWAITING),
        Transition("approved", (AWAITING,), PENDING),
        Transition("rejected", (AWAITING,), OperationStatus.REJECTED),
        Transition("approval_expired", (AWAITING,), OperationStatus.REJECTED),
        Transition("plan_stale", (AWAITING, PENDING), OperationStatus.FAILED),
        Transition("succeeded", (PENDING, RUNNING), OperationStatus.SUCCEEDED),
        Transition("failed", (PENDING, RUNNING), OperationStatus.FAILED),
        Transition("cancelled", (PENDING, RUNNING, AWAITING), OperationStatus.CANCELLED),
    )
}
"""Every change of an operation's status; docs/lifecycle.md is drawn from this."""

_OUTCOME_TRANSITIONS = {
    Outcome.SUCCEEDED: "succeeded",
    Outcome.FAILED: "failed",
    Outcome.CANCELLED: "cancelled",
    Outcome.LOST: "failed",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody said to an operation that awaited approval."""

    approved: bool
    by: str
    at: datetime
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation.

    `job` counts the starts of the runner: 0 until the first one; `attempt` counts those of the current task;
    `plan_approval_follows` says that an approved request has its plan approved as well; `not_before` holds a
    retry back; `parameters` None stands for the deployment's own, as they are when its first job starts, and
    `secrets`, which are as in `JobSpec`, come on top of those that it has then; `request_decision` is the yes
    to the request where its plan is approved as well; `plan` is the saved plan that awaits approval, or was
    approved; `retry_of` is the operation that this one does once more;
    `late_result` is the outcome that a runner reported after its job had been given another verdict.
    """

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
    parameters: dict[str, Any] | None = None
    secrets: dict[str, str] | None = None
    comment: str | None = None
    retry_of: str | None = None
    lock_id: str | None = None
    errored_state: str | None = None
    discards_errored_state: bool = False
    job: int = 0
    attempt: int = 0
    execution: str | None = None
    started_at: datetime | None = None
    job_started_at: datetime | None = None
    completed_at: datetime | None = None
    not_before: datetime | None = None
    awaiting_since: datetime | None = None
    decision: Decision | None = None
    request_decision: Decision | None = None
    plan: PlanRecord | None = None
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

    @property
    def is_ready(self) -> bool:
        """True where it runs, or would if it had the turn."""
        return self.status in (PENDING, RUNNING)

    @property
    def awaits(self) -> Approval:
        """What somebody has to approve now."""
        return self.approval if self.status is AWAITING else Approval.NONE

    @property
    def is_approved(self) -> bool:
        """True once what it needs approved is approved."""
        return self.approval is Approval.NONE or (self.decision is not None and self.decision.approved)

    @property
    def task(self) -> Task:
        """What its next, or current, job does."""
        if self.kind in (OperationKind.UNLOCK, OperationKind.RECOVER):
            return Task(self.kind.value)
        if self.kind is OperationKind.PLAN or not self.is_approved:
            return Task.PLAN
        return Task.APPLY_PLAN if self.approval is Approval.PLAN else Task.APPLY

    @property
    def phase(self) -> Phase | None:
        """The phase as far as the record knows: the heartbeat knows better while a runner is at work."""
        if self.status is PENDING:
            return Phase.QUEUED
        return Phase.STARTING if self.status is RUNNING else None

    @property
    def condition(self) -> Condition | None:
        """What people should see of a running operation besides its phase."""
        return Condition.RUNNER_SILENT if self.silent_since else None

    def job_started(self, at: datetime, execution: str | None) -> Operation:
        """The next job was started as an execution, or (None) the platform refused to."""
        return replace(
            self._moved("job_started"),
            job=self.job + 1,
            attempt=self.attempt + 1,
            execution=execution,
            job_started_at=at,
            started_at=self.started_at or at,
            not_before=None,
        )

    def job_abandoned(self, not_before: datetime) -> Operation:
        """The current job did nothing and never will; another may start at `not_before`."""
        return replace(self._moved("job_abandoned"), execution=None, not_before=not_before, silent_since=None)

    def planned(self, result: JobResult) -> Operation:
        """Its plan is saved and awaits approval."""
        return replace(
            self._moved("planned"),
            plan=result.plan,
            plan_job=self.job,
            changes=result.changes,
            engine_version=result.engine_version,
            awaiting_since=result.ended_at,
            execution=None,
            silent_since=None,
        )

    def decided(self, decision: Decision) -> Operation:
        """Somebody approved or rejected it."""
        moved = self._moved("approved" if decision.approved else "rejected")
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

    def terminated(self, move: str, failure: Failure, at: datetime) -> Operation:
        """It ends without a job: `plan_stale`, `approval_expired`, or `cancelled` while nothing runs."""
        return replace(self._moved(move), error=failure, completed_at=at, not_before=None)

    def silent(self, since: datetime | None) -> Operation:
        """The runner fell silent, or (None) was heard again."""
        if self.status is not RUNNING:
            raise IllegalTransition(f"watching operation '{self.id}': it is '{self.status}'")
        return replace(self, silent_since=since)

    def cancel_requested(self, at: datetime, by: str, comment: str | None = None) -> Operation:
        """Somebody wants it stopped; it goes on until a verdict says otherwise."""
        if self.status.is_final:
            raise IllegalTransition(f"cancelling operation '{self.id}': it has ended as '{self.status}'")
        return replace(self, cancel_requested_at=at, cancel_requested_by=by, cancel_comment=comment)

    def ended(self, result: JobResult) -> Operation:
        """The verdict is in."""
        return replace(
            self._moved(_OUTCOME_TRANSITIONS[result.outcome]),
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
        """A runner that had been given up reported after all; the status stays."""
        return replace(self, late_result=outcome)

    def _moved(self, name: str) -> Operation:
        move = TRANSITIONS[name]
        if self.status not in move.sources:
            raise IllegalTransition(
                f"moving operation '{self.id}' by '{name}': it is '{self.status}', "
                f"not {' or '.join(repr(source.value) for source in move.sources)}"
            )
        return replace(self, status=move.target)


def new_operation(
    deployment_id: str,
    number: int,
    *,
    at: datetime,
    created_by: str,
    correlation_id: str,
    kind: OperationKind,
    **more: Any,
) -> Operation:
    """An operation that has not begun: it awaits approval where the very request needs one."""
    operation = Operation(
        id=operation_id(deployment_id, number),
        deployment_id=deployment_id,
        number=number,
        kind=kind,
        status=OperationStatus.PENDING,
        created_at=at,
        created_by=created_by,
        correlation_id=correlation_id,
        **more,
    )
    if operation.approval == "request":
        return replace(operation, status=OperationStatus.AWAITING_APPROVAL, awaiting_since=at)
    return operation


def _rejection(decision: Decision) -> Failure:
    why = f": {decision.comment}" if decision.comment else ""
    return Failure("rejected", f"rejected by '{decision.by}'{why}")
