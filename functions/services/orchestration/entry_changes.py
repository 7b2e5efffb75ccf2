"""Which entries of the index follow from a change of a deployment. Pure: `commit_change.py` writes them."""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain.deployments.change import Change
from functions.domain.deployments.deployment import Deployment
from functions.domain.deployments.operation import Operation
from functions.domain.status import OperationStatus


@dataclass(frozen=True, slots=True)
class EntryChanges:
    """The operations that a change moved, by what that means for their entries.

    `started` begin to run, `released` ran and go on without, `finished` ran and have ended, `dropped` have
    ended without running.
    """

    started: tuple[Operation, ...] = ()
    released: tuple[Operation, ...] = ()
    finished: tuple[Operation, ...] = ()
    dropped: tuple[Operation, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.started or self.released or self.finished or self.dropped)

    @property
    def places(self) -> int:
        """How many places may have become free: one that is dropped may have been called to take one."""
        return len(self.released) + len(self.finished) + len(self.dropped)


def entry_changes(before: Deployment, change: Change) -> EntryChanges:
    """Compare each operation of the change with what it was before."""
    started: list[Operation] = []
    released: list[Operation] = []
    finished: list[Operation] = []
    dropped: list[Operation] = []
    for operation in change.operations:
        earlier = before.find(operation.id)
        ran = earlier is not None and earlier.status is OperationStatus.RUNNING
        runs = operation.status is OperationStatus.RUNNING
        had_ended = earlier is not None and earlier.status.is_final
        if runs and not ran:
            started.append(operation)
        elif operation.status.is_final and not had_ended:
            (finished if ran else dropped).append(operation)
        elif ran and not runs:
            released.append(operation)
    return EntryChanges(tuple(started), tuple(released), tuple(finished), tuple(dropped))
