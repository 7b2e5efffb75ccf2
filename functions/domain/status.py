"""The words for where a deployment, an operation or a job stands (design: names).

Everything here is a closed set: storage, API and runner use these values as they are written.
"""

from __future__ import annotations

from enum import StrEnum


class OperationKind(StrEnum):
    """What one run on a deployment does."""

    APPLY = "apply"


class OperationStatus(StrEnum):
    """Where an operation stands."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """True once the operation has ended; nothing leaves a final status."""
        return self in _FINAL_OPERATION


class DeploymentStatus(StrEnum):
    """Where a deployment stands: derived from its operations, never set by hand."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """True where no operation is under way."""
        return self in _FINAL_DEPLOYMENT


class Phase(StrEnum):
    """The finer step, for people: what is being done right now."""

    QUEUED = "queued"
    STARTING = "starting"
    PREPARING = "preparing"
    INITIALIZING = "initializing"
    PLANNING = "planning"
    APPLYING = "applying"
    READING_OUTPUTS = "reading_outputs"


class Resources(StrEnum):
    """Whether the deployment has resources in its cloud, as far as Slipway can know."""

    NONE = "none"
    SOME = "some"
    UNKNOWN = "unknown"


class Condition(StrEnum):
    """Something about a running operation that people should see; not a status."""

    RUNNER_SILENT = "runner_silent"


_FINAL_OPERATION = {OperationStatus.SUCCEEDED, OperationStatus.FAILED, OperationStatus.CANCELLED}
_FINAL_DEPLOYMENT = {DeploymentStatus.COMPLETED, DeploymentStatus.FAILED, DeploymentStatus.CANCELLED}

_DEPLOYMENT_STATUS = {
    OperationStatus.PENDING: DeploymentStatus.PENDING,
    OperationStatus.RUNNING: DeploymentStatus.RUNNING,
    OperationStatus.SUCCEEDED: DeploymentStatus.COMPLETED,
    OperationStatus.FAILED: DeploymentStatus.FAILED,
    OperationStatus.CANCELLED: DeploymentStatus.CANCELLED,
}


def deployment_status(operation: OperationStatus) -> DeploymentStatus:
    """The deployment's status, from that of its newest operation."""
    return _DEPLOYMENT_STATUS[operation]
