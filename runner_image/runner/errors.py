"""Why a job does not go on to its next step.

SlipwayError
└── JobEnded
    ├── StepFailed    a step went wrong; carries the failure to report
    └── JobStopped    the job was asked to stop, or reached a limit; carries the reason
"""

from __future__ import annotations

from functions.domain.errors import SlipwayError
from functions.domain.failures import Failure
from runner.process.stop import StopReason


class JobEnded(SlipwayError):
    """The job has no next step."""


class StepFailed(JobEnded):
    """A step went wrong."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class JobStopped(JobEnded):
    """The job was asked to stop, or reached a limit; `command` is what it was running then, if anything."""

    def __init__(self, reason: StopReason, command: str | None = None) -> None:
        super().__init__(f"stopping the job: {reason}")
        self.reason = reason
        self.command = command
