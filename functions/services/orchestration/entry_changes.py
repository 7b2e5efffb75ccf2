"""Derives from a change of a deployment which index entries change. `commit_change.py` writes them."""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain.deployments.change import Change
from functions.domain.deployments.deployment import Deployment
from functions.domain.deployments.operation import Operation
from functions.domain.status import OperationStatus


@dataclass(frozen=True, slots=True)
class EntryChanges:
    """The changed operations, grouped by the effect on their entries.

    `started` ones begin to run. `released` ones stop running and are unfinished. `finished` ones ran and have
    ended. `dropped` ones have ended without running.
    """

    started: tuple[Operation, ...] = ()
    released: tuple[Operation, ...] = ()
    finished: tuple[Operation, ...] = ()
    dropped: tuple[Operation, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.started or self.released or self.finished or self.dropped)

    @property
    def freed_slots(self) -> int:
        """Return how much capacity may be free now. A dropped operation may have been woken to use some."""
        return len(self.released) + len(self.finished) + len(self.dropped)


def entry_changes(before: Deployment, change: Change) -> EntryChanges:
    """Return the changes, by comparing each operation with its previous form."""
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
