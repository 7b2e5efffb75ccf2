"""A deployment's stored data and derived properties. `transitions.py` defines all changes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from functions.domain.deployments.operation import Decision, Operation
from functions.domain.failures import Failure
from functions.domain.jobs.terraform_state import Backend, StateRecord
from functions.domain.status import DeploymentStatus, Resources, deployment_status


@dataclass(frozen=True, slots=True)
class IdempotencyRecord:
    """Identifies a repeated request. The caller's key itself is never stored."""

    fingerprint: str
    """The SHA-256 of caller, route and key."""
    body_mac: str
    """The HMAC of the canonical body under the key."""
    operation_id: str | None = None
    """The operation that the request created."""


@dataclass(frozen=True, slots=True)
class UserRequest:
    """A user's request for a resource by its type, which a deployment fulfils."""

    name: str
    resource_type: str
    config: dict[str, Any]
    team_id: str | None = None


@dataclass(frozen=True, slots=True)
class Deployment:
    """One instance of a template, with its parameters, its operations and their results."""

    deployment_id: str
    provider_type: str
    cloud_provider: str
    template_name: str
    template_version: str | None
    template_digest: str
    subscription_id: str | None
    resource_group: str | None
    location: str | None
    parameters: dict[str, Any]
    """Those of the newest operation that applied something, else those of the first operation."""
    tags: dict[str, str]
    created_by: str
    created_at: datetime
    correlation_id: str
    operation: Operation
    """The current operation. If none is unfinished, the last one."""
    env_id: str = "dev"
    workspace: str = "default"
    backend: Backend = field(default_factory=lambda: Backend("local", {}))
    secrets: dict[str, str] = field(default_factory=dict)
    """Sensitive parameter -> sealed blob, from the same operation as `parameters`."""
    request: UserRequest | None = None
    request_operation: str | None = None
    """The operation whose approval approves the user request: the first one, or its retry."""
    request_approved: bool = False
    """True once the request is approved. The approval of a dry run covers only the dry run."""
    request_decision: Decision | None = None
    """The last decision on the request."""
    queued_operations: tuple[Operation, ...] = ()
    """The other unfinished operations, in the order of the queue."""
    operation_count: int = 1
    """The number of operations that the deployment ever had, which is the number of the newest one."""
    settled_status: DeploymentStatus | None = None
    """The status that results from the operations that have ended."""
    outputs: dict[str, Any] = field(default_factory=dict)
    sensitive_outputs: tuple[str, ...] = ()
    sealed_outputs: str | None = None
    """The blob of the sensitive outputs."""
    resources: Resources = Resources.NONE
    state: StateRecord | None = None
    errored_state: str | None = None
    """The blob of a state that Terraform could not write to its backend."""
    expires_at: datetime | None = None
    expiry_told_at: datetime | None = None
    """When the event `expires_soon` was recorded."""
    deleted_at: datetime | None = None
    """When its deletion began. From then on the API does not return it."""
    pruned: tuple[str, ...] = ()
    """The kinds of blobs that retention has deleted."""
    event_count: int = 0
    idempotency: IdempotencyRecord | None = None

    @property
    def status(self) -> DeploymentStatus:
        """Return the status, derived from the current operation and the settled status."""
        return deployment_status(self.operation.status, self.settled_status)

    @property
    def task_id(self) -> str:
        """Return the id of the current operation."""
        return self.operation.id

    @property
    def started_at(self) -> datetime | None:
        """Return when the first job of the current operation was started."""
        return self.operation.started_at

    @property
    def completed_at(self) -> datetime | None:
        """Return when the current operation ended."""
        return self.operation.completed_at

    @property
    def error(self) -> Failure | None:
        """Return the failure of the current operation, if it failed."""
        return self.operation.error

    @property
    def is_unapproved_request(self) -> bool:
        """Return True for a user request that is not approved: nothing of it may run."""
        return self.request_operation is not None and not self.request_approved

    @property
    def name(self) -> str:
        """Return the name for people: that of the user request, else that of the template."""
        return self.request.name if self.request else self.template_name

    @property
    def template_address(self) -> str:
        """Return the template's address, such as `terraform/aws/storage-bucket` or `bicep/x`."""
        if self.provider_type == "azure":
            return f"bicep/{self.template_name}"
        return f"{self.provider_type.replace('-', '/', 1)}/{self.template_name}"

    @property
    def unfinished(self) -> tuple[Operation, ...]:
        """Return every operation that has not ended, in the order of the queue."""
        return tuple(o for o in (self.operation, *self.queued_operations) if not o.status.is_final)

    @property
    def ready_operations(self) -> tuple[Operation, ...]:
        """Return the unfinished operations that await no approval, the current one first."""
        return tuple(o for o in self.unfinished if o.is_ready)

    def find(self, operation_id: str) -> Operation | None:
        """Return the current or a queued operation by its id, else None."""
        operations = (self.operation, *self.queued_operations)
        return next((operation for operation in operations if operation.id == operation_id), None)

    def inputs(self, operation: Operation) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the plain and the sealed parameters of an operation: its own, else the deployment's."""
        parameters = self.parameters if operation.parameters is None else operation.parameters
        return parameters, {**self.secrets, **(operation.secrets or {})}
