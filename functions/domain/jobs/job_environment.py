"""The environment variables by which a launcher tells a runner about its job, whatever platform runs it.

`runner_image/README.md` says what each one means.
"""

from __future__ import annotations

# One job's own.
DEPLOYMENT_ID = "SLIPWAY_DEPLOYMENT_ID"
OPERATION_ID = "SLIPWAY_OPERATION_ID"
JOB = "SLIPWAY_JOB"
CORRELATION_ID = "SLIPWAY_CORRELATION_ID"
WORK_DIR = "SLIPWAY_WORK_DIR"

# The same for all jobs.
STORAGE = "SLIPWAY_STORAGE"
BLOB_SERVICE_URI = "SLIPWAY_STORAGE__blobServiceUri"
QUEUE_SERVICE_URI = "SLIPWAY_STORAGE__queueServiceUri"
STORAGE_CLIENT_ID = "SLIPWAY_STORAGE__clientId"
HEARTBEAT_SECONDS = "SLIPWAY_HEARTBEAT_SECONDS"
STOP_GRACE_SECONDS = "SLIPWAY_STOP_GRACE_SECONDS"
ENGINE = "SLIPWAY_ENGINE"
PROVIDER_MIRROR = "SLIPWAY_PROVIDER_MIRROR"
STATE_DIR = "SLIPWAY_STATE_DIR"
KEY_FILE = "SLIPWAY_KEY_FILE"


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
