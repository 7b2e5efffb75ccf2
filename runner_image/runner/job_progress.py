"""What a job has done so far, and the result that follows from it at the end."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from functions.domain.clock import now
from functions.domain.errors import StorageUnavailable
from functions.domain.failures import Failure, FailureCode
from functions.domain.jobs.job_contract import JobResult, JobSpec, Outcome
from functions.domain.jobs.saved_plan import PlanRecord
from functions.domain.jobs.terraform_state import StateLock, StateRecord
from functions.domain.status import Phase, Resources
from runner.errors import JobStopped, StepFailed
from runner.masking.secret_masker import SecretMasker
from runner.process.stop import StopReason

_MAX_ADDRESSES = 20


@dataclass
class JobProgress:
    """The progress of a job. Its steps update it.

    `applying` is True from the apply claim on, unless it is certain that nothing was applied. `resources` is
    what a result would report now. `unfinished` are the addresses that the engine was working on when the
    job was stopped.
    """

    phase: Phase = Phase.STARTING
    applying: bool = False
    resources: Resources = Resources.NONE
    unfinished: tuple[str, ...] = ()
    changes: dict[str, int] | None = None
    plan_is_empty: bool = False
    outputs: dict[str, Any] = field(default_factory=dict)
    sensitive_outputs: tuple[str, ...] = ()
    sealed_outputs: str | None = None
    plan: PlanRecord | None = None
    lock: StateLock | None = None
    state: StateRecord | None = None
    errored_state: str | None = None
    state_copy: str | None = None
    engine_version: str | None = None

    def mark_applying(self) -> None:
        """Record that from now on something may have been applied."""
        self.applying = True
        self.resources = Resources.UNKNOWN

    def mark_not_applied(self) -> None:
        """Record that nothing was applied, because the engine did not begin."""
        self.applying = False
        self.resources = Resources.NONE

    def success_result(self) -> JobResult:
        """Return the result of a job whose steps all succeeded."""
        return self._result(Outcome.SUCCEEDED, None)

    def error_result(self, error: Exception, spec: JobSpec | None, redact: SecretMasker) -> JobResult:
        """Return the result of a job in which a step raised `error`, with secrets masked."""
        cancelled = isinstance(error, JobStopped) and error.reason is StopReason.CANCELLED
        outcome = Outcome.CANCELLED if cancelled else Outcome.FAILED
        return self._result(outcome, _redacted(self._failure(error, spec), redact))

    def _failure(self, error: Exception, spec: JobSpec | None) -> Failure:
        if isinstance(error, StepFailed):
            return self._with_unfinished(error.failure)
        if isinstance(error, JobStopped):
            code = FailureCode(error.reason.value)
            return Failure(code, f"{describe_stop(error, spec)}; {self._unfinished_text()}")
        if isinstance(error, StorageUnavailable):
            return Failure(FailureCode.STORAGE_UNAVAILABLE, f"{error}; {self._unfinished_text()}")
        message = (
            f"the runner met an error of its own while {self._phase_text()}: {type(error).__name__}: {error}"
        )
        return Failure(FailureCode.INTERNAL_ERROR, f"{message}; {self._unfinished_text()}")

    def _with_unfinished(self, failure: Failure) -> Failure:
        if not self.unfinished:
            return failure
        return replace(failure, message=f"{failure.message}; {self._unfinished_text()}")

    def _unfinished_text(self) -> str:
        if not self.applying:
            return f"it was {self._phase_text()}, and nothing was applied"
        if not self.unfinished:
            return f"it was {self._phase_text()}, and what has been applied is unknown"
        addresses = ", ".join(self.unfinished[:_MAX_ADDRESSES])
        more = len(self.unfinished) - _MAX_ADDRESSES
        addresses += f" and {more} more" if more > 0 else ""
        return f"it was {self._phase_text()}, and what became of {addresses} is unknown"

    def _phase_text(self) -> str:
        return self.phase.value.replace("_", " ")

    def _result(self, outcome: Outcome, failure: Failure | None) -> JobResult:
        return JobResult(
            outcome=outcome,
            resources=self.resources,
            ended_at=now(),
            applied=self.applying,
            phase=self.phase,
            failure=failure,
            plan=self.plan,
            lock=self.lock,
            outputs=self.outputs,
            sensitive_outputs=self.sensitive_outputs,
            sealed_outputs=self.sealed_outputs,
            changes=self.changes,
            state=self.state,
            errored_state=self.errored_state,
            state_copy=self.state_copy,
            engine_version=self.engine_version,
        )


def describe_stop(error: JobStopped, spec: JobSpec | None) -> str:
    """Return a text that says who, or which limit, stopped the job or its command."""
    if error.reason is StopReason.CANCELLED:
        return "the operation was cancelled"
    if error.reason is StopReason.RUNNER_STOPPED:
        return "the runner was told to stop"
    if error.reason is StopReason.JOB_TIME_LIMIT:
        seconds = spec.job_seconds if spec else 0
        return f"the job reached its limit of {seconds} s (SLIPWAY_JOB_SECONDS, or the template's own)"
    seconds = spec.command_seconds if spec else 0
    return (
        f"'{error.command}' reached its limit of {seconds} s (SLIPWAY_COMMAND_SECONDS, or the template's own)"
    )


def _redacted(failure: Failure, redact: SecretMasker) -> Failure:
    diagnostics = tuple(
        {name: redact(value) if isinstance(value, str) else value for name, value in diagnostic.items()}
        for diagnostic in failure.diagnostics
    )
    return Failure(failure.code, redact(failure.message), diagnostics)
