"""Which entries of the index follow from a change of a deployment. Pure: `commit_change.py` writes them."""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain.change import Change
from functions.domain.deployment import Deployment
from functions.domain.operation import Operation
from functions.domain.status import OperationStatus


@dataclass(frozen=True, slots=True)
class EntryChanges:
    """The operations that a change moved, by what that means for their entries.

    `started` begin to run, `released` stop running without an end, `ended` have ended.
    """

    started: tuple[Operation, ...]
    released: tuple[Operation, ...]
    ended: tuple[Operation, ...]

    def __bool__(self) -> bool:
        return bool(self.started or self.released or self.ended)


def entry_changes(before: Deployment, change: Change) -> EntryChanges:
    """Compare each operation of the change with what it was before."""
    started, released, ended = [], [], []
    for operation in change.operations:
        earlier = before.find(operation.id)
        ran = earlier is not None and earlier.status is OperationStatus.RUNNING
        runs = operation.status is OperationStatus.RUNNING
        if runs and not ran:
            started.append(operation)
        elif ran and not runs and not operation.status.is_final:
            released.append(operation)
        elif operation.status.is_final and not (earlier and earlier.status.is_final):
            ended.append(operation)
    return EntryChanges(tuple(started), tuple(released), tuple(ended))
