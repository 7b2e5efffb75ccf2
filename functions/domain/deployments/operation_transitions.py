"""The state machine of an operation: every change of its status, and the transition for each failure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from functions.domain.errors import IllegalTransition
from functions.domain.failures import Failure, FailureCode
from functions.domain.jobs.job_contract import Outcome
from functions.domain.status import OperationStatus

PENDING = OperationStatus.PENDING
RUNNING = OperationStatus.RUNNING
AWAITING = OperationStatus.AWAITING_APPROVAL


class TransitionName(StrEnum):
    """The name of every change of an operation's status, and of the event that records it."""

    JOB_STARTED = "job_started"
    JOB_ABANDONED = "job_abandoned"
    PLANNED = "planned"
    APPROVED = "approved"
    REJECTED = "rejected"
    APPROVAL_EXPIRED = "approval_expired"
    PLAN_STALE = "plan_stale"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Transition:
    """One arrow of the state machine: from any of `sources` to `target`."""

    name: TransitionName
    sources: tuple[OperationStatus, ...]
    target: OperationStatus


TRANSITIONS: dict[TransitionName, Transition] = {
    transition.name: transition
    for transition in (
        Transition(TransitionName.JOB_STARTED, (PENDING,), RUNNING),
        Transition(TransitionName.JOB_ABANDONED, (RUNNING,), PENDING),
        Transition(TransitionName.PLANNED, (RUNNING,), AWAITING),
        Transition(TransitionName.APPROVED, (AWAITING,), PENDING),
        Transition(TransitionName.REJECTED, (AWAITING,), OperationStatus.REJECTED),
        Transition(TransitionName.APPROVAL_EXPIRED, (AWAITING,), OperationStatus.REJECTED),
        Transition(TransitionName.PLAN_STALE, (AWAITING, PENDING), OperationStatus.FAILED),
        Transition(TransitionName.SUCCEEDED, (PENDING, RUNNING), OperationStatus.SUCCEEDED),
        Transition(TransitionName.FAILED, (PENDING, RUNNING), OperationStatus.FAILED),
        Transition(TransitionName.CANCELLED, (PENDING, RUNNING, AWAITING), OperationStatus.CANCELLED),
    )
}
"""docs/lifecycle.md is generated from this."""

OUTCOME_TRANSITIONS = {
    Outcome.SUCCEEDED: TransitionName.SUCCEEDED,
    Outcome.FAILED: TransitionName.FAILED,
    Outcome.CANCELLED: TransitionName.CANCELLED,
    Outcome.LOST: TransitionName.FAILED,
}

_TERMINATIONS: dict[str, TransitionName] = {
    FailureCode.APPROVAL_EXPIRED: TransitionName.APPROVAL_EXPIRED,
    FailureCode.CANCELLED: TransitionName.CANCELLED,
    FailureCode.ERRORED_STATE_MISSING: TransitionName.FAILED,
    FailureCode.PLAN_STALE: TransitionName.PLAN_STALE,
    FailureCode.RECOVERY_NEEDED: TransitionName.FAILED,
}
"""The failures with which an operation may end while it has no runner."""


def termination(failure: Failure) -> TransitionName:
    """Return the transition by which an operation without a runner ends with this failure."""
    name = _TERMINATIONS.get(failure.code)
    if name is None:
        raise IllegalTransition(f"ending an operation without its runner: not with '{failure.code}'")
    return name
