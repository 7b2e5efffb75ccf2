"""The statuses of deployments, operations and jobs (docs/lifecycle.md).

Each enum is a closed set. Storage, API and runner use the values unchanged.
"""

from __future__ import annotations

from enum import StrEnum


class OperationKind(StrEnum):
    """The kind of an operation."""

    PLAN = "plan"
    APPLY = "apply"
    DESTROY = "destroy"
    UNLOCK = "unlock"
    RECOVER = "recover"

    @property
    def needs_state(self) -> bool:
        """Return True if the operation depends on the resources that the state lists."""
        return self.changes_resources or self is OperationKind.PLAN

    @property
    def changes_resources(self) -> bool:
        """Return True if the operation creates, changes or destroys resources."""
        return self in (OperationKind.APPLY, OperationKind.DESTROY)


class Approval(StrEnum):
    """The approval that an operation needs: none, of the request before it runs, or of the exact plan."""

    NONE = "none"
    REQUEST = "request"
    PLAN = "plan"


class OperationStatus(StrEnum):
    """The status of an operation."""

    PENDING = "pending"
    RUNNING = "running"
    AWAITING_APPROVAL = "awaiting_approval"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REJECTED = "rejected"

    @property
    def is_final(self) -> bool:
        """Return True if the operation has ended. A final status never changes."""
        return self in _FINAL_OPERATION


class DeploymentStatus(StrEnum):
    """The status of a deployment, derived from its operations."""

    PENDING = "pending"
    RUNNING = "running"
    AWAITING_APPROVAL = "awaiting_approval"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    DESTROYED = "destroyed"

    @property
    def is_final(self) -> bool:
        """Return True if the deployment has no unfinished operation."""
        return self not in _UNFINISHED_DEPLOYMENT


class Phase(StrEnum):
    """The step of a job, for people."""

    QUEUED = "queued"
    STARTING = "starting"
    PREPARING = "preparing"
    INITIALIZING = "initializing"
    PLANNING = "planning"
    APPLYING = "applying"
    DESTROYING = "destroying"
    READING_OUTPUTS = "reading_outputs"


class Resources(StrEnum):
    """Whether the deployment has resources in its cloud, as far as Slipway can know."""

    NONE = "none"
    SOME = "some"
    UNKNOWN = "unknown"


class Condition(StrEnum):
    """A condition of a running operation that people should see. It is not a status."""

    RUNNER_SILENT = "runner_silent"
    STATE_LOCKED = "state_locked"


_FINAL_OPERATION = {
    OperationStatus.SUCCEEDED,
    OperationStatus.FAILED,
    OperationStatus.CANCELLED,
    OperationStatus.REJECTED,
}
_UNFINISHED_DEPLOYMENT = {
    DeploymentStatus.PENDING,
    DeploymentStatus.RUNNING,
    DeploymentStatus.AWAITING_APPROVAL,
}

_UNFINISHED_STATUS = {
    OperationStatus.PENDING: DeploymentStatus.PENDING,
    OperationStatus.RUNNING: DeploymentStatus.RUNNING,
    OperationStatus.AWAITING_APPROVAL: DeploymentStatus.AWAITING_APPROVAL,
}
_ENDED_STATUS = {
    OperationStatus.SUCCEEDED: DeploymentStatus.COMPLETED,
    OperationStatus.FAILED: DeploymentStatus.FAILED,
    OperationStatus.CANCELLED: DeploymentStatus.CANCELLED,
    OperationStatus.REJECTED: DeploymentStatus.REJECTED,
}


def deployment_status(
    operation: OperationStatus, settled_status: DeploymentStatus | None
) -> DeploymentStatus:
    """Return a deployment's status: while its current operation is unfinished, that of the operation; then
    the settled status.
    """
    return _UNFINISHED_STATUS.get(operation) or settled_status or _ENDED_STATUS[operation]


def derive_settled_status(
    kind: OperationKind, ended: OperationStatus, *, applied: bool, before: DeploymentStatus | None
) -> DeploymentStatus:
    """Return a deployment's settled status after an operation has ended.

    An operation that applied nothing restores the settled status `before` it, if there was one.
    """
    if kind is OperationKind.DESTROY and ended is OperationStatus.SUCCEEDED:
        return DeploymentStatus.DESTROYED
    if kind.changes_resources and applied:
        return _ENDED_STATUS[ended]
    return before or _ENDED_STATUS[ended]
