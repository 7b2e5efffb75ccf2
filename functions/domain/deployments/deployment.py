"""A deployment, and the moves it may make: each gives the deployment as it is afterwards and the events it
leaves.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from functions.domain.deployments.change import Change, ChangeBuilder
from functions.domain.deployments.job_outcome import apply_result, result_detail
from functions.domain.deployments.operation import Decision, Operation
from functions.domain.jobs.job_contract import Failure, JobResult
from functions.domain.jobs.terraform_state import Backend, StateRecord
from functions.domain.status import (
    Approval,
    DeploymentStatus,
    OperationKind,
    Resources,
    deployment_status,
)


@dataclass(frozen=True, slots=True)
class IdempotencyRecord:
    """What tells a repeated request from another one; the caller's key itself is never stored.

    `fingerprint` is SHA-256 over caller, route and key; `body_mac` is the HMAC of the canonical body under
    the key; `operation_id` is what the request made.
    """

    fingerprint: str
    body_mac: str
    operation_id: str | None = None


@dataclass(frozen=True, slots=True)
class UserRequest:
    """What a deployment was asked for by, where a user asked for a resource by its type."""

    name: str
    resource_type: str
    config: dict[str, Any]
    team_id: str | None = None


@dataclass(frozen=True, slots=True)
class Deployment:
    """One instance of a template, with its parameters, its operations, and what came of them.

    `operation` has the turn, or had it last; `others` are the further unfinished ones, in line order.
    `settled` is the status that the ended operations left, `parameters` and `secrets` are those of the newest
    operation that applied something, else of the first one. `sealed_outputs` and `errored_state` are blobs.
    `request_operation` is the operation that was to be approved as a request: the first one, or what it was
    retried as; `request_decision` is what was last said to it, and `request_approved` is True from the yes
    on, but for a dry run's, which is a yes to that alone. `pruned` names the kinds of blobs that retention
    has removed.
    """

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
    env_id: str = "dev"
    workspace: str = "default"
    backend: Backend = field(default_factory=lambda: Backend("local", {}))
    secrets: dict[str, str] = field(default_factory=dict)
    request: UserRequest | None = None
    request_operation: str | None = None
    request_approved: bool = False
    request_decision: Decision | None = None
    others: tuple[Operation, ...] = ()
    operation_count: int = 1
    settled: DeploymentStatus | None = None
    outputs: dict[str, Any] = field(default_factory=dict)
    sensitive_outputs: tuple[str, ...] = ()
    sealed_outputs: str | None = None
    resources: Resources = Resources.NONE
    state: StateRecord | None = None
    errored_state: str | None = None
    expires_at: datetime | None = None
    expiry_told_at: datetime | None = None
    forgotten_at: datetime | None = None
    pruned: tuple[str, ...] = ()
    event_count: int = 0
    idempotency: IdempotencyRecord | None = None

    @property
    def status(self) -> DeploymentStatus:
        """Derived from the operation that has the turn, else from what the ended ones left."""
        return deployment_status(self.operation.status, self.settled)

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
        return tuple(o for o in (self.operation, *self.others) if not o.status.is_final)

    @property
    def line(self) -> tuple[Operation, ...]:
        """Those that have the turn or wait for it, in order."""
        return tuple(o for o in self.unfinished if o.is_ready)

    def find(self, wanted: str) -> Operation | None:
        """The unfinished operation of that id, or the one that had the turn last."""
        return next((o for o in (self.operation, *self.others) if o.id == wanted), None)

    def inputs(self, operation: Operation) -> tuple[dict[str, Any], dict[str, str]]:
        """The parameters and the sealed ones that an operation runs with: its own, else the deployment's."""
        parameters = self.parameters if operation.parameters is None else operation.parameters
        return parameters, {**self.secrets, **(operation.secrets or {})}

    def accepted(self) -> Change:
        """The first move: the deployment comes to be."""
        return ChangeBuilder(self).note("accepted", self.created_at, self.created_by, self.operation).change()

    def operation_accepted(self, operation: Operation, mark: IdempotencyRecord | None = None) -> Change:
        """A further operation comes to be, at the end of the line."""
        again = operation.retry_of is not None and operation.retry_of == self.request_operation
        asked = operation.id if again else self.request_operation
        moves = ChangeBuilder(
            replace(self, operation_count=operation.number, pruned=(), request_operation=asked)
        )
        moves.put(operation)
        detail = {"kind": operation.kind, **({"comment": operation.comment} if operation.comment else {})}
        moves.note("operation_accepted", operation.created_at, operation.created_by, operation, detail)
        return moves.change(mark)

    def job_started(self, at: datetime, execution: str | None) -> Change:
        """The next job was started as an execution, or (None) the platform refused to.

        From the first one on the operation keeps what it runs with: its plan was made of it.
        """
        moved = self.operation.job_started(at, execution)
        if moved.kind in (OperationKind.PLAN, OperationKind.APPLY):
            parameters, secrets = self.inputs(self.operation)
            moved = replace(moved, parameters=parameters, secrets=secrets)
        return self._one(moved, "job_started", at, "slipway", {"job": moved.job, "execution": execution})

    def job_abandoned(self, at: datetime, *, reason: str, not_before: datetime) -> Change:
        """The current job did nothing and never will; another may start at `not_before`."""
        detail = {"job": self.operation.job, "reason": reason}
        return self._one(self.operation.job_abandoned(not_before), "job_abandoned", at, "slipway", detail)

    def runner_silent(self, at: datetime) -> Change:
        """The runner has not been heard of for too long."""
        detail = {"job": self.operation.job}
        return self._one(self.operation.silent(at), "runner_silent", at, "slipway", detail)

    def runner_heard(self, at: datetime) -> Change:
        """The silent runner was heard again."""
        detail = {"job": self.operation.job}
        return self._one(self.operation.silent(None), "runner_heard", at, "slipway", detail)

    def planned(self, result: JobResult) -> Change:
        """The plan of the operation that has the turn awaits approval; the turn goes to the next. A cancel
        that came while it was made ends it.
        """
        moved = self.operation.planned(result)
        moves = ChangeBuilder(self)
        moves.put(moved)
        detail = {"job": moved.job, "changes": result.changes}
        moves.note("planned", result.ended_at, "slipway", moved, detail)
        if moved.cancel_requested_at is not None:
            by = moved.cancel_requested_by or "slipway"
            failure = Failure("cancelled", f"cancelled by '{by}' before anything was applied")
            moves.end(moved, "cancelled", failure, result.ended_at, by)
        return moves.change()

    def decided(self, operation: Operation, decision: Decision) -> Change:
        """Somebody approved an operation, which goes ahead of all that need no approval, or rejected it: it
        ends. With a request that is rejected ends what waited behind it for the same.
        """
        moves = ChangeBuilder(self)
        moves.decide(operation, decision)
        if operation.id == self.request_operation and operation.approval is Approval.REQUEST:
            moves.decide_request(operation, decision)
        return moves.change()

    def terminated(
        self, operation: Operation, move: str, failure: Failure, at: datetime, by: str = "slipway"
    ) -> Change:
        """An operation that no runner is at work on ends: `plan_stale`, `approval_expired`, `cancelled`."""
        moves = ChangeBuilder(self)
        moves.end(operation, move, failure, at, by)
        return moves.change()

    def cancel_requested(
        self, operation: Operation, at: datetime, by: str, comment: str | None = None
    ) -> Change:
        """Somebody wants an operation stopped."""
        moved = operation.cancel_requested(at, by, comment)
        return self._one(moved, "cancel_requested", at, by, {"comment": comment} if comment else {})

    def ended(self, result: JobResult) -> Change:
        """The verdict on the operation that has the turn is in.

        What the deployment has follows from it, saved plans of another state go stale, and the next gets the
        turn: all in one move.
        """
        operation = self.operation.ended(result)
        moves = ChangeBuilder(apply_result(self, operation, result))
        moves.put(operation)
        moves.note(
            str(operation.status), result.ended_at, "slipway", operation, result_detail(operation, result)
        )
        moves.settle(operation)
        if result.applied:
            moves.make_stale(result.ended_at)
        return moves.change()

    def late_result(self, at: datetime, *, outcome: str, artifact: str) -> Change:
        """A runner spoke after its job had been given another verdict; kept, and changes nothing."""
        detail = {"outcome": outcome, "artifact": artifact}
        return self._one(self.operation.with_late_result(outcome), "late_result", at, "slipway", detail)

    def noted(
        self, name: str, at: datetime, actor: str, detail: dict[str, Any] | None = None, **changes: Any
    ) -> Change:
        """Something about the deployment as a whole: a revealed output, an expiry, that it is forgotten."""
        return ChangeBuilder(replace(self, **changes)).note(name, at, actor, None, detail).change()

    def _one(
        self, moved: Operation, name: str, at: datetime, actor: str, detail: dict[str, Any] | None = None
    ) -> Change:
        moves = ChangeBuilder(self)
        moves.put(moved)
        return moves.note(name, at, actor, moved, detail).change()
