"""The errors that end a job before its next step.

SlipwayError
└── JobEnded
    ├── StepFailed    a step failed; carries the failure to report
    └── JobStopped    the job was asked to stop, or reached a limit; carries the reason
"""

from __future__ import annotations

from functions.domain.errors import SlipwayError
from functions.domain.failures import Failure
from runner.process.stop import StopReason


class JobEnded(SlipwayError):
    """The job does not continue with its next step."""


class StepFailed(JobEnded):
    """A step failed; `failure` is what the job reports."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class JobStopped(JobEnded):
    """The job was asked to stop, or reached a limit. `command` is the command that was running, if any."""

    def __init__(self, reason: StopReason, command: str | None = None) -> None:
        super().__init__(f"stopping the job: {reason}")
        self.reason = reason
        self.command = command
