"""What the runner's process says about a job when it ends, for a platform's own lists.

The result blob says it in full.
"""

from __future__ import annotations

from enum import IntEnum

from functions.domain.jobs.job_contract import Outcome


class ExitCode(IntEnum):
    """The process's exit code. Python itself uses 1 and 2, so these begin elsewhere."""

    SUCCEEDED = 0
    ALREADY_CLAIMED = 0  # the other execution does the work: all is well
    FAILED = 10
    CANCELLED = 11
    LATE = 12
    SETTINGS_INVALID = 20
    STORAGE_UNAVAILABLE = 21

    @classmethod
    def of(cls, outcome: Outcome) -> ExitCode:
        """The code for a job that ended with this outcome."""
        return _OF_OUTCOME.get(outcome, cls.FAILED)


_OF_OUTCOME = {Outcome.SUCCEEDED: ExitCode.SUCCEEDED, Outcome.CANCELLED: ExitCode.CANCELLED}
