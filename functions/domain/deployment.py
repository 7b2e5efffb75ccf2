"""A deployment, and the moves it may make: each gives the deployment as it is afterwards and the events it
leaves.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from functions.domain.event import Event
from functions.domain.identifiers import new_transition_id, operation_id
from functions.domain.job import Failure, JobResult
from functions.domain.operation import Decision, Operation
from functions.domain.state import Backend, StateRecord
from functions.domain.status import (
    Approval,
    DeploymentStatus,
    OperationKind,
    OperationStatus,
    Resources,
    deployment_status,
    settled_status,
)
from functions.domain.turns import with_turn


@dataclass(frozen=True, slots=True)
class IdempotencyMark:
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
    idempotency: IdempotencyMark | None = None

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
        return _Moves(self).note("accepted", self.created_at, self.created_by, self.operation).change()

    def operation_accepted(self, operation: Operation, mark: IdempotencyMark | None = None) -> Change:
        """A further operation comes to be, at the end of the line."""
        again = operation.retry_of is not None and operation.retry_of == self.request_operation
        asked = operation.id if again else self.request_operation
        moves = _Moves(replace(self, operation_count=operation.number, pruned=(), request_operation=asked))
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
        moves = _Moves(self)
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
        moves = _Moves(self)
        moves.decide(operation, decision)
        if operation.id == self.request_operation and operation.approval is Approval.REQUEST:
            moves.decide_request(operation, decision)
        return moves.change()

    def given_up(
        self, operation: Operation, move: str, failure: Failure, at: datetime, by: str = "slipway"
    ) -> Change:
        """An operation that no runner is at work on ends: `plan_stale`, `approval_expired`, `cancelled`."""
        moves = _Moves(self)
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
        moves = _Moves(_with_result(self, operation, result))
        moves.put(operation)
        moves.note(str(operation.status), result.ended_at, "slipway", operation, _verdict(operation, result))
        moves.settle(operation)
        if result.applied:
            moves.make_stale(result.ended_at)
        return moves.change()

    def late_result(self, at: datetime, *, outcome: str, artifact: str) -> Change:
        """A runner spoke after its job had been given another verdict; kept, and changes nothing."""
        detail = {"outcome": outcome, "artifact": artifact}
        return self._one(self.operation.spoken_late(outcome), "late_result", at, "slipway", detail)

    def noted(
        self, name: str, at: datetime, actor: str, detail: dict[str, Any] | None = None, **changes: Any
    ) -> Change:
        """Something about the deployment as a whole: a revealed output, an expiry, that it is forgotten."""
        return _Moves(replace(self, **changes)).note(name, at, actor, None, detail).change()

    def _one(
        self, moved: Operation, name: str, at: datetime, actor: str, detail: dict[str, Any] | None = None
    ) -> Change:
        moves = _Moves(self)
        moves.put(moved)
        return moves.note(name, at, actor, moved, detail).change()


@dataclass(frozen=True, slots=True)
class Change:
    """What is written in one transaction: the deployment, the operations that moved, and their events.

    `mark` is the idempotency key of the request that asked for it, where that had one.
    """

    deployment: Deployment
    operations: tuple[Operation, ...]
    events: tuple[Event, ...]
    mark: IdempotencyMark | None = None

    @property
    def event(self) -> Event:
        """The event that the change is known by."""
        return self.events[0]


class _Moves:
    """Collects what one change consists of."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._moved: dict[str, Operation] = {}
        self._events: list[Event] = []

    def put(self, moved: Operation, *, approved: bool = False) -> None:
        """Take an operation's new form; one that was just approved goes ahead of all that have not the turn
        but those that were approved before it.
        """
        before = (self._deployment.operation, *self._deployment.others)
        holder, *others = (moved if operation.id == moved.id else operation for operation in before)
        if approved and holder.id != moved.id:
            rest = [o for o in others if o.id != moved.id]
            earlier = [o for o in rest if o.is_ready and o.decision is not None]
            others = [*earlier, moved, *(o for o in rest if o not in earlier)]
        elif all(operation.id != moved.id for operation in before):
            others = [*others, moved]
        operation, waiting = with_turn((holder, *others))
        self._deployment = replace(self._deployment, operation=operation, others=waiting)
        self._moved[moved.id] = moved

    def note(
        self,
        name: str,
        at: datetime,
        actor: str,
        operation: Operation | None,
        detail: dict[str, Any] | None = None,
    ) -> _Moves:
        """Leave an event."""
        count = self._deployment.event_count + 1
        self._deployment = replace(self._deployment, event_count=count)
        correlation = operation.correlation_id if operation else self._deployment.correlation_id
        self._events.append(
            Event(
                sequence=count,
                name=name,
                at=at,
                actor=actor,
                correlation_id=correlation,
                transition_id=new_transition_id(),
                operation_id=operation.id if operation else None,
                detail=detail or {},
            )
        )
        return self

    def decide_request(self, operation: Operation, decision: Decision) -> None:
        """Note what was said to the request as a whole."""
        approved = decision.approved and operation.kind is OperationKind.APPLY
        self._deployment = replace(self._deployment, request_decision=decision, request_approved=approved)
        if not decision.approved:
            for other in self._deployment.unfinished:
                if other.awaits is Approval.REQUEST:
                    self.decide(other, decision)

    def decide(self, operation: Operation, decision: Decision) -> None:
        """Take a decision on one operation."""
        moved = operation.decided(decision)
        self.put(moved, approved=decision.approved)
        name = "approved" if decision.approved else "rejected"
        self.note(name, decision.at, decision.by, moved, {"comment": decision.comment})
        self.settle(moved)

    def end(self, operation: Operation, move: str, failure: Failure, at: datetime, by: str) -> None:
        """End an operation that no runner is at work on."""
        moved = operation.given_up(move, failure, at)
        self.put(moved)
        self.note(move, at, by, moved, {"code": failure.code, "message": failure.message})
        self.settle(moved)

    def settle(self, moved: Operation) -> _Moves:
        """Where the operation has ended, note what that leaves the deployment at."""
        if moved.status.is_final:
            status = settled_status(
                moved.kind, moved.status, applied=moved.applied, before=self._deployment.settled
            )
            self._deployment = replace(self._deployment, settled=status)
        return self

    def make_stale(self, at: datetime) -> None:
        """End every saved plan that was made from another state than the one that there is now."""
        state = self._deployment.state
        for operation in self._deployment.unfinished:
            plan = operation.plan
            if plan is None or operation.status is OperationStatus.RUNNING:
                continue
            if state and (plan.serial, plan.lineage) == (state.serial, state.lineage):
                continue
            failure = Failure(
                "plan_stale",
                f"operation '{next(iter(self._moved))}' has changed the state since this was planned; "
                f"POST /operations/{operation.id}/retry makes a new plan",
            )
            moved = operation.given_up("plan_stale", failure, at)
            self.put(moved)
            self.note("plan_stale", at, "slipway", moved, {"message": failure.message})

    def change(self, mark: IdempotencyMark | None = None) -> Change:
        """All of it."""
        moved = self._moved or {self._deployment.operation.id: self._deployment.operation}
        return Change(self._deployment, tuple(moved.values()), tuple(self._events), mark)


def new_operation(
    deployment_id: str,
    number: int,
    *,
    at: datetime,
    created_by: str,
    correlation_id: str,
    kind: OperationKind,
    **more: Any,
) -> Operation:
    """An operation that has not begun: it awaits approval where the very request needs one."""
    operation = Operation(
        id=operation_id(deployment_id, number),
        deployment_id=deployment_id,
        number=number,
        kind=kind,
        status=OperationStatus.PENDING,
        created_at=at,
        created_by=created_by,
        correlation_id=correlation_id,
        **more,
    )
    if operation.approval == "request":
        return replace(operation, status=OperationStatus.AWAITING_APPROVAL, awaiting_since=at)
    return operation


def _with_result(deployment: Deployment, operation: Operation, result: JobResult) -> Deployment:
    """What the deployment has after a verdict. Where nothing was applied it has what it had."""
    if result.errored_state:
        deployment = replace(deployment, errored_state=result.errored_state)
    if not result.applied:
        return deployment
    if operation.discards_errored_state and not result.errored_state:
        deployment = replace(deployment, errored_state=None)
    destroyed = operation.kind is OperationKind.DESTROY and operation.status is OperationStatus.SUCCEEDED
    is_gone = destroyed and result.resources is Resources.NONE
    moved = replace(
        deployment,
        resources=result.resources,
        state=result.state if is_gone else _newer(deployment.state, result.state),
    )
    if destroyed:
        return replace(moved, outputs={}, sensitive_outputs=(), sealed_outputs=None, errored_state=None)
    if operation.kind is OperationKind.RECOVER and operation.status is OperationStatus.SUCCEEDED:
        return replace(moved, errored_state=None)
    if operation.kind is not OperationKind.APPLY:
        return moved
    if operation.parameters is not None:
        moved = replace(moved, parameters=operation.parameters, secrets=deployment.inputs(operation)[1])
    if operation.status is not OperationStatus.SUCCEEDED:
        return moved
    return replace(
        moved,
        outputs=result.outputs,
        sensitive_outputs=result.sensitive_outputs,
        sealed_outputs=result.sealed_outputs,
    )


def _newer(before: StateRecord | None, found: StateRecord | None) -> StateRecord | None:
    """The state as it was found last; looking at one that is as it was does not modify it."""
    if before is None or found is None:
        return found or before
    same = (before.serial, before.lineage) == (found.serial, found.lineage)
    return replace(found, last_modified=before.last_modified) if same else found


def _verdict(operation: Operation, result: JobResult) -> dict[str, Any]:
    detail: dict[str, Any] = {"job": operation.job, "by": result.by}
    if result.failure:
        detail |= {"code": result.failure.code, "message": result.failure.message}
    if result.lock:
        detail["lock"] = result.lock.to_dict()
    if operation.cancel_requested_at and operation.status is not OperationStatus.CANCELLED:
        detail["cancel"] = "came too late"
    return detail
