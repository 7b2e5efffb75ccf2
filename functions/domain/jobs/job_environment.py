"""The environment variables that every launcher sets to tell a runner its job.

`runner_image/README.md` describes them.
"""

from __future__ import annotations

from functions.domain.environment_names import CORRELATION_ID, DEPLOYMENT_ID, JOB, OPERATION_ID


def job_environment(
    *, deployment_id: str, operation_id: str, job: int, correlation_id: str
) -> dict[str, str]:
    """Return the variables that identify a job, without its work folder."""
    return {
        DEPLOYMENT_ID: deployment_id,
        OPERATION_ID: operation_id,
        JOB: str(job),
        CORRELATION_ID: correlation_id,
    }
