"""The words for where a deployment, an operation or a job stands (docs/lifecycle.md).

Everything here is a closed set: storage, API and runner use these values as they are written.
"""

from __future__ import annotations

from enum import StrEnum


class OperationKind(StrEnum):
    """What one run on a deployment does."""

    PLAN = "plan"
    APPLY = "apply"
    DESTROY = "destroy"
    UNLOCK = "unlock"
    RECOVER = "recover"

    @property
    def needs_state(self) -> bool:
        """True where what it does follows from what the state says there is."""
        return self.changes_resources or self is OperationKind.PLAN

    @property
    def changes_resources(self) -> bool:
        """True where it makes, changes or removes something in a cloud."""
        return self in (OperationKind.APPLY, OperationKind.DESTROY)


class Approval(StrEnum):
    """What somebody has to approve: nothing, the request before anything runs, or the exact plan."""

    NONE = "none"
    REQUEST = "request"
    PLAN = "plan"


class OperationStatus(StrEnum):
    """Where an operation stands."""

    PENDING = "pending"
    RUNNING = "running"
    AWAITING_APPROVAL = "awaiting_approval"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REJECTED = "rejected"

    @property
    def is_final(self) -> bool:
        """True once the operation has ended; nothing leaves a final status."""
        return self in _FINAL_OPERATION


class DeploymentStatus(StrEnum):
    """Where a deployment stands: derived from its operations, never set by hand."""

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
        """True where no operation is under way, and none waits for anybody."""
        return self not in _UNFINISHED_DEPLOYMENT


class Phase(StrEnum):
    """The finer step, for people: what is being done right now."""

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
    """Something about a running operation that people should see; not a status."""

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

_WHILE_UNDER_WAY = {
    OperationStatus.PENDING: DeploymentStatus.PENDING,
    OperationStatus.RUNNING: DeploymentStatus.RUNNING,
    OperationStatus.AWAITING_APPROVAL: DeploymentStatus.AWAITING_APPROVAL,
}
_AFTERWARDS = {
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
    return _WHILE_UNDER_WAY.get(operation) or settled_status or _AFTERWARDS[operation]


def derive_settled_status(
    kind: OperationKind, ended: OperationStatus, *, applied: bool, before: DeploymentStatus | None
) -> DeploymentStatus:
    """What an operation's end leaves a deployment at.

    One that applied nothing gives back the status before it; where there was none, its own end shows.
    """
    if kind is OperationKind.DESTROY and ended is OperationStatus.SUCCEEDED:
        return DeploymentStatus.DESTROYED
    if kind.changes_resources and applied:
        return _AFTERWARDS[ended]
    return before or _AFTERWARDS[ended]
