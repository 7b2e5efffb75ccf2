"""A deployment, and the moves it may make: each gives the deployment as it is afterwards and the event it
leaves.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from functions.domain.event import Event
from functions.domain.identifiers import new_transition_id, operation_id
from functions.domain.job import Failure, JobResult, StateRecord
from functions.domain.operation import Operation
from functions.domain.status import (
    DeploymentStatus,
    OperationKind,
    OperationStatus,
    Resources,
    deployment_status,
)


@dataclass(frozen=True, slots=True)
class IdempotencyMark:
    """What tells a repeated request from another one; the caller's key itself is never stored.

    `fingerprint` is SHA-256 over caller, route and key; `body_mac` is the HMAC of the canonical body under
    the key.
    """

    fingerprint: str
    body_mac: str


@dataclass(frozen=True, slots=True)
class Deployment:
    """One instance of a template, with its parameters, its newest operation, and what came of it."""

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
    tags: dict[str, str]
    created_by: str
    created_at: datetime
    correlation_id: str
    operation: Operation
    outputs: dict[str, Any] = field(default_factory=dict)
    sensitive_outputs: tuple[str, ...] = ()
    resources: Resources = Resources.NONE
    state: StateRecord | None = None
    event_count: int = 0
    idempotency: IdempotencyMark | None = None

    @property
    def status(self) -> DeploymentStatus:
        """Derived from the newest operation."""
        return deployment_status(self.operation.status)

    @property
    def task_id(self) -> str:
        """The newest operation's id."""
        return self.operation.id

    @property
    def started_at(self) -> datetime | None:
        """When the first job of the newest operation was started."""
        return self.operation.started_at

    @property
    def completed_at(self) -> datetime | None:
        """When the newest operation ended."""
        return self.operation.completed_at

    @property
    def error(self) -> Failure | None:
        """Why the newest operation ended badly, if it did."""
        return self.operation.error

    @property
    def template_address(self) -> str:
        """`terraform/aws/storage-bucket`, `bicep/x`."""
        if self.provider_type == "azure":
            return f"bicep/{self.template_name}"
        return f"{self.provider_type.replace('-', '/', 1)}/{self.template_name}"

    def accepted(self) -> Change:
        """The first move: the deployment comes to be."""
        return _change(self, "accepted", self.created_at, self.created_by, {"operation_id": self.task_id})

    def job_started(self, at: datetime, execution: str | None) -> Change:
        """The next job was started as an execution, or (None) the platform refused to."""
        moved = replace(self, operation=self.operation.job_started(at, execution))
        return _change(
            moved, "job_started", at, "slipway", {"job": moved.operation.job, "execution": execution}
        )

    def job_abandoned(self, at: datetime, *, reason: str, not_before: datetime) -> Change:
        """The current job did nothing and never will; another may start at `not_before`."""
        moved = replace(self, operation=self.operation.job_abandoned(not_before))
        return _change(moved, "job_abandoned", at, "slipway", {"job": self.operation.job, "reason": reason})

    def runner_silent(self, at: datetime) -> Change:
        """The runner has not been heard of for too long."""
        moved = replace(self, operation=self.operation.silent(at))
        return _change(moved, "runner_silent", at, "slipway", {"job": self.operation.job})

    def runner_heard(self, at: datetime) -> Change:
        """The silent runner was heard again."""
        moved = replace(self, operation=self.operation.silent(None))
        return _change(moved, "runner_heard", at, "slipway", {"job": self.operation.job})

    def cancel_requested(self, at: datetime, by: str) -> Change:
        """Somebody wants the newest operation stopped."""
        moved = replace(self, operation=self.operation.cancel_requested(at, by))
        return _change(moved, "cancel_requested", at, by)

    def ended(self, result: JobResult) -> Change:
        """The verdict on the newest operation is in; what the deployment has follows from it."""
        operation = self.operation.ended(result)
        moved = replace(
            self,
            operation=operation,
            outputs=result.outputs,
            sensitive_outputs=result.sensitive_outputs,
            resources=result.resources,
            state=result.state or self.state,
        )
        detail: dict[str, Any] = {"job": operation.job, "by": result.by}
        if result.failure:
            detail |= {"code": result.failure.code, "message": result.failure.message}
        if operation.cancel_requested_at and operation.status is not OperationStatus.CANCELLED:
            detail["cancel"] = "came too late"
        return _change(moved, str(operation.status), result.ended_at, "slipway", detail)

    def late_result(self, at: datetime, *, outcome: str, artifact: str) -> Change:
        """A runner spoke after its job had been given another verdict; kept, and changes nothing."""
        moved = replace(self, operation=self.operation.spoken_late(outcome))
        return _change(moved, "late_result", at, "slipway", {"outcome": outcome, "artifact": artifact})


@dataclass(frozen=True, slots=True)
class Change:
    """One move, to be written in one transaction: the deployment with its operation, and one event."""

    deployment: Deployment
    event: Event


def first_operation(
    deployment_id: str, *, at: datetime, created_by: str, correlation_id: str, kind: OperationKind
) -> Operation:
    """The operation that every deployment is born with."""
    return Operation(
        id=operation_id(deployment_id, 1),
        deployment_id=deployment_id,
        number=1,
        kind=kind,
        status=OperationStatus.PENDING,
        created_at=at,
        created_by=created_by,
        correlation_id=correlation_id,
    )


def _change(
    moved: Deployment,
    name: str,
    at: datetime,
    actor: str,
    detail: dict[str, Any] | None = None,
) -> Change:
    counted = replace(moved, event_count=moved.event_count + 1)
    event = Event(
        sequence=counted.event_count,
        name=name,
        at=at,
        actor=actor,
        correlation_id=counted.operation.correlation_id,
        transition_id=new_transition_id(),
        detail=detail or {},
    )
    return Change(counted, event)
