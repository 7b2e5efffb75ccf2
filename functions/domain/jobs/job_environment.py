"""The environment variables by which a launcher tells a runner about its job, whatever platform runs it.

`runner_image/README.md` says what each one means.
"""

from __future__ import annotations

from functions.domain.environment_names import CORRELATION_ID, DEPLOYMENT_ID, JOB, OPERATION_ID


def job_environment(
    *, deployment_id: str, operation_id: str, job: int, correlation_id: str
) -> dict[str, str]:
    """Return the variables that tell one job from another, without its work folder."""
    return {
        DEPLOYMENT_ID: deployment_id,
        OPERATION_ID: operation_id,
        JOB: str(job),
        CORRELATION_ID: correlation_id,
    }
