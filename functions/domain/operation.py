"""One run on a deployment, and the moves it may make. `deployment.py` is the only one to make them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from functions.domain.errors import IllegalTransition
from functions.domain.job import Failure, JobResult, Outcome
from functions.domain.status import Condition, OperationKind, OperationStatus, Phase

_STATUS_OF = {
    Outcome.SUCCEEDED: OperationStatus.SUCCEEDED,
    Outcome.FAILED: OperationStatus.FAILED,
    Outcome.CANCELLED: OperationStatus.CANCELLED,
    Outcome.LOST: OperationStatus.FAILED,
}


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation. `job` counts the starts of the runner: 0 until the first one; `not_before` holds a
    retry back;
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
    job: int = 0
    execution: str | None = None
    started_at: datetime | None = None
    job_started_at: datetime | None = None
    completed_at: datetime | None = None
    not_before: datetime | None = None
    cancel_requested_at: datetime | None = None
    cancel_requested_by: str | None = None
    silent_since: datetime | None = None
    error: Failure | None = None
    changes: dict[str, int] | None = None
    late_result: str | None = None

    @property
    def phase(self) -> Phase | None:
        """The phase as far as the record knows: the heartbeat knows better while a runner is at work."""
        if self.status is OperationStatus.PENDING:
            return Phase.QUEUED
        return Phase.STARTING if self.status is OperationStatus.RUNNING else None

    @property
    def condition(self) -> Condition | None:
        """What people should see of a running operation besides its phase."""
        return Condition.RUNNER_SILENT if self.silent_since else None

    def job_started(self, at: datetime, execution: str | None) -> Operation:
        """The next job was started as an execution, or (None) the platform refused to."""
        self._must_be(OperationStatus.PENDING, "start a job of")
        return replace(
            self,
            status=OperationStatus.RUNNING,
            job=self.job + 1,
            execution=execution,
            job_started_at=at,
            started_at=self.started_at or at,
            not_before=None,
        )

    def job_abandoned(self, not_before: datetime) -> Operation:
        """The current job did nothing and never will; another may start at `not_before`."""
        self._must_be(OperationStatus.RUNNING, "retry")
        return replace(
            self, status=OperationStatus.PENDING, execution=None, not_before=not_before, silent_since=None
        )

    def silent(self, since: datetime | None) -> Operation:
        """The runner fell silent, or (None) was heard again."""
        self._must_be(OperationStatus.RUNNING, "watch")
        return replace(self, silent_since=since)

    def cancel_requested(self, at: datetime, by: str) -> Operation:
        """Somebody wants it stopped; it goes on until a verdict says otherwise."""
        if self.status.is_final:
            raise IllegalTransition(f"cancelling operation '{self.id}': it has ended as '{self.status}'")
        return replace(self, cancel_requested_at=at, cancel_requested_by=by)

    def ended(self, result: JobResult) -> Operation:
        """The verdict is in."""
        if self.status.is_final:
            raise IllegalTransition(f"ending operation '{self.id}': it has ended as '{self.status}'")
        return replace(
            self,
            status=_STATUS_OF[result.outcome],
            completed_at=result.ended_at,
            error=result.failure,
            changes=result.changes,
            silent_since=None,
            not_before=None,
        )

    def spoken_late(self, outcome: str) -> Operation:
        """A runner that had been given up reported after all; the status stays."""
        return replace(self, late_result=outcome)

    def _must_be(self, status: OperationStatus, doing: str) -> None:
        if self.status is not status:
            raise IllegalTransition(
                f"going to {doing} operation '{self.id}': it is '{self.status}', not '{status}'"
            )
