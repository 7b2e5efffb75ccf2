"""The exit codes of the runner's process, which a platform shows in its list of executions.

The result blob has the details.
"""

from __future__ import annotations

from enum import IntEnum

from functions.domain.jobs.job_contract import Outcome


class ExitCode(IntEnum):
    """The exit code of the process. Python itself uses 1 and 2, so those are left out."""

    SUCCEEDED = 0
    ALREADY_CLAIMED = 0  # another execution runs the job: nothing is wrong
    FAILED = 10
    CANCELLED = 11
    LATE = 12
    SETTINGS_INVALID = 20
    STORAGE_UNAVAILABLE = 21

    @classmethod
    def of(cls, outcome: Outcome) -> ExitCode:
        """Return the code for a job with this outcome."""
        return _OF_OUTCOME.get(outcome, cls.FAILED)


_OF_OUTCOME = {Outcome.SUCCEEDED: ExitCode.SUCCEEDED, Outcome.CANCELLED: ExitCode.CANCELLED}
