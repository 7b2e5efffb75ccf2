"""A deployment as it is stored, and what follows from that. `transitions.py` has every change of one."""

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
    """Tells a repeated request from another one; the caller's key itself is never stored."""

    fingerprint: str
    """SHA-256 over caller, route and key."""
    body_mac: str
    """The HMAC of the canonical body under the key."""
    operation_id: str | None = None
    """The operation that the request created."""


@dataclass(frozen=True, slots=True)
class UserRequest:
    """The request that a deployment was created for, where a user asked for a resource by its type."""

    name: str
    resource_type: str
    config: dict[str, Any]
    team_id: str | None = None


@dataclass(frozen=True, slots=True)
class Deployment:
    """One instance of a template, with its parameters, its operations, and what came of them."""

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
    """Those of the newest operation that applied something, else of the first one."""
    tags: dict[str, str]
    created_by: str
    created_at: datetime
    correlation_id: str
    operation: Operation
    """The current operation: the one that has the turn, or had it last."""
    env_id: str = "dev"
    workspace: str = "default"
    backend: Backend = field(default_factory=lambda: Backend("local", {}))
    secrets: dict[str, str] = field(default_factory=dict)
    """Sensitive parameter -> sealed blob, of the same operation as `parameters`."""
    request: UserRequest | None = None
    request_operation: str | None = None
    """The operation to approve as a request: the first one, or what it was retried as."""
    request_approved: bool = False
    """True once the request is approved. The approval of a dry run covers the dry run alone."""
    request_decision: Decision | None = None
    """The last decision on the request."""
    queued_operations: tuple[Operation, ...] = ()
    """The further unfinished operations, in the order of the queue."""
    operation_count: int = 1
    """How many operations the deployment ever had: the number of the newest one."""
    settled_status: DeploymentStatus | None = None
    """The status that the ended operations left."""
    outputs: dict[str, Any] = field(default_factory=dict)
    sensitive_outputs: tuple[str, ...] = ()
    sealed_outputs: str | None = None
    """The blob that holds the sensitive outputs."""
    resources: Resources = Resources.NONE
    state: StateRecord | None = None
    errored_state: str | None = None
    """The blob that holds a state which could not be written to its back end."""
    expires_at: datetime | None = None
    expiry_told_at: datetime | None = None
    """When the event `expires_soon` was recorded."""
    deleted_at: datetime | None = None
    """When its removal began; from then on nobody finds it."""
    pruned: tuple[str, ...] = ()
    """The kinds of blobs that retention has removed."""
    event_count: int = 0
    idempotency: IdempotencyRecord | None = None

    @property
    def status(self) -> DeploymentStatus:
        """Derived from the operation that has the turn, else from what the ended ones left."""
        return deployment_status(self.operation.status, self.settled_status)

    @property
    def task_id(self) -> str:
        """The id of the operation that has the turn, or had it last."""
        return self.operation.id

    @property
    def started_at(self) -> datetime | None:
        """When the first job of that operation was started."""
        return self.operation.started_at

    @property
    def completed_at(self) -> datetime | None:
        """When that operation ended."""
        return self.operation.completed_at

    @property
    def error(self) -> Failure | None:
        """Why that operation ended badly, if it did."""
        return self.operation.error

    @property
    def is_unapproved_request(self) -> bool:
        """True where it was to be approved as a request and nobody has done so: nothing of it may run."""
        return self.request_operation is not None and not self.request_approved

    @property
    def name(self) -> str:
        """What people call it: the request's name, else the template's."""
        return self.request.name if self.request else self.template_name

    @property
    def template_address(self) -> str:
        """`terraform/aws/storage-bucket`, `bicep/x`."""
        if self.provider_type == "azure":
            return f"bicep/{self.template_name}"
        return f"{self.provider_type.replace('-', '/', 1)}/{self.template_name}"

    @property
    def unfinished(self) -> tuple[Operation, ...]:
        """Every operation that has not ended, in line order."""
        return tuple(o for o in (self.operation, *self.queued_operations) if not o.status.is_final)

    @property
    def ready_operations(self) -> tuple[Operation, ...]:
        """Those that have the turn or wait for it, in order."""
        return tuple(o for o in self.unfinished if o.is_ready)

    def find(self, wanted: str) -> Operation | None:
        """The unfinished operation of that id, or the one that had the turn last."""
        return next((o for o in (self.operation, *self.queued_operations) if o.id == wanted), None)

    def inputs(self, operation: Operation) -> tuple[dict[str, Any], dict[str, str]]:
        """The parameters and the sealed ones that an operation runs with: its own, else the deployment's."""
        parameters = self.parameters if operation.parameters is None else operation.parameters
        return parameters, {**self.secrets, **(operation.secrets or {})}
