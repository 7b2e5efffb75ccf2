"""Builds a change: everything that one transition of a deployment writes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from functions.domain.deployments.deployment import Deployment, IdempotencyRecord
from functions.domain.deployments.event import Event
from functions.domain.deployments.operation import Decision, Operation
from functions.domain.deployments.operation_order import select_current
from functions.domain.deployments.operation_transitions import TransitionName, termination
from functions.domain.failures import Failure, FailureCode
from functions.domain.identifiers import SLIPWAY, new_transition_id
from functions.domain.status import Approval, OperationKind, OperationStatus, derive_settled_status


@dataclass(frozen=True, slots=True)
class Change:
    """The content of one transaction: the deployment, the changed operations, and their events."""

    deployment: Deployment
    operations: tuple[Operation, ...]
    events: tuple[Event, ...]
    record: IdempotencyRecord | None = None
    """The idempotency record of the request, if it had a key."""

    @property
    def event(self) -> Event:
        """Return the first event, which identifies the change."""
        return self.events[0]


class ChangeBuilder:
    """Collects the operations and events of one change."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._moved: dict[str, Operation] = {}
        self._events: list[Event] = []

    def update(self, moved: Operation, *, approved: bool = False) -> None:
        """Add a changed operation.

        An operation that was just approved moves ahead of the queued ones, behind the current operation and
        those that were approved before.
        """
        before = (self._deployment.operation, *self._deployment.queued_operations)
        holder, *queued = (moved if operation.id == moved.id else operation for operation in before)
        if approved and holder.id != moved.id:
            rest = [o for o in queued if o.id != moved.id]
            earlier = [o for o in rest if o.is_ready and o.decision is not None]
            queued = [*earlier, moved, *(o for o in rest if o not in earlier)]
        elif all(operation.id != moved.id for operation in before):
            queued = [*queued, moved]
        operation, queued_operations = select_current((holder, *queued))
        self._deployment = replace(self._deployment, operation=operation, queued_operations=queued_operations)
        self._moved[moved.id] = moved

    def record_event(
        self,
        name: str,
        at: datetime,
        actor: str,
        operation: Operation | None,
        detail: dict[str, Any] | None = None,
    ) -> ChangeBuilder:
        """Add an event, and return this builder."""
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
        """Record the decision on the user request."""
        approved = decision.approved and operation.kind is OperationKind.APPLY
        self._deployment = replace(
            self._deployment,
            request_decision=decision,
            request_approved=approved or self._deployment.request_approved,
        )
        if not decision.approved:
            for other in self._deployment.unfinished:
                if other.awaits is Approval.REQUEST:
                    self.decide(other, decision)

    def decide(self, operation: Operation, decision: Decision) -> None:
        """Record the decision on one operation."""
        moved = operation.decided(decision)
        self.update(moved, approved=decision.approved)
        name = TransitionName.APPROVED if decision.approved else TransitionName.REJECTED
        self.record_event(name, decision.at, decision.by, moved, {"comment": decision.comment})
        self.settle(moved)

    def terminate(self, operation: Operation, failure: Failure, at: datetime, by: str) -> None:
        """End an operation that has no runner."""
        moved = operation.terminated(failure, at)
        self.update(moved)
        detail = {"code": failure.code, "message": failure.message}
        self.record_event(termination(failure), at, by, moved, detail)
        self.settle(moved)

    def settle(self, moved: Operation) -> None:
        """Set the deployment's settled status if the operation has ended."""
        if moved.status.is_final:
            status = derive_settled_status(
                moved.kind, moved.status, applied=moved.applied, before=self._deployment.settled_status
            )
            self._deployment = replace(self._deployment, settled_status=status)

    def make_stale(self, at: datetime) -> None:
        """End every operation whose saved plan was made from a state other than the current one."""
        state = self._deployment.state
        for operation in self._deployment.unfinished:
            plan = operation.plan
            if plan is None or operation.status is OperationStatus.RUNNING:
                continue
            if plan.was_made_from(state):
                continue
            failure = Failure(
                FailureCode.PLAN_STALE,
                f"operation '{next(iter(self._moved))}' has changed the state since this plan was made; "
                f"POST /operations/{operation.id}/retry makes a new plan",
            )
            moved = operation.terminated(failure, at)
            self.update(moved)
            self.record_event(TransitionName.PLAN_STALE, at, SLIPWAY, moved, {"message": failure.message})

    def change(self, record: IdempotencyRecord | None = None) -> Change:
        """Return the change."""
        moved = self._moved or {self._deployment.operation.id: self._deployment.operation}
        return Change(self._deployment, tuple(moved.values()), tuple(self._events), record)
