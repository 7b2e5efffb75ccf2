"""What one move of a deployment writes, and how it is put together: operations, turns, events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from functions.domain.deployments.event import Event
from functions.domain.deployments.operation import Decision, Operation
from functions.domain.deployments.operation_order import select_current
from functions.domain.identifiers import new_transition_id
from functions.domain.jobs.job_contract import Failure
from functions.domain.status import Approval, OperationKind, OperationStatus, settled_status

if TYPE_CHECKING:
    from functions.domain.deployments.deployment import Deployment, IdempotencyRecord


@dataclass(frozen=True, slots=True)
class Change:
    """What is written in one transaction: the deployment, the operations that moved, and their events.

    `mark` is the idempotency key of the request that asked for it, where that had one.
    """

    deployment: Deployment
    operations: tuple[Operation, ...]
    events: tuple[Event, ...]
    mark: IdempotencyRecord | None = None

    @property
    def event(self) -> Event:
        """The event that the change is known by."""
        return self.events[0]


class ChangeBuilder:
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
        operation, waiting = select_current((holder, *others))
        self._deployment = replace(self._deployment, operation=operation, others=waiting)
        self._moved[moved.id] = moved

    def note(
        self,
        name: str,
        at: datetime,
        actor: str,
        operation: Operation | None,
        detail: dict[str, Any] | None = None,
    ) -> ChangeBuilder:
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
        """Take a decision on one operation."""
        moved = operation.decided(decision)
        self.put(moved, approved=decision.approved)
        name = "approved" if decision.approved else "rejected"
        self.note(name, decision.at, decision.by, moved, {"comment": decision.comment})
        self.settle(moved)

    def end(self, operation: Operation, move: str, failure: Failure, at: datetime, by: str) -> None:
        """End an operation that no runner is at work on."""
        moved = operation.terminated(move, failure, at)
        self.put(moved)
        self.note(move, at, by, moved, {"code": failure.code, "message": failure.message})
        self.settle(moved)

    def settle(self, moved: Operation) -> None:
        """Where the operation has ended, note what that leaves the deployment at."""
        if moved.status.is_final:
            status = settled_status(
                moved.kind, moved.status, applied=moved.applied, before=self._deployment.settled
            )
            self._deployment = replace(self._deployment, settled=status)

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
            moved = operation.terminated("plan_stale", failure, at)
            self.put(moved)
            self.note("plan_stale", at, "slipway", moved, {"message": failure.message})

    def change(self, mark: IdempotencyRecord | None = None) -> Change:
        """All of it."""
        moved = self._moved or {self._deployment.operation.id: self._deployment.operation}
        return Change(self._deployment, tuple(moved.values()), tuple(self._events), mark)
