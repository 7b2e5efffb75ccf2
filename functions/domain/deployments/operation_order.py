"""Selects the current operation of a deployment: one at a time, in order (docs/rules.md rule 9)."""

from __future__ import annotations

from collections.abc import Sequence

from functions.domain.deployments.operation import Operation
from functions.domain.status import OperationStatus

MAX_UNFINISHED = 20
"""The most unfinished operations of one deployment. All of them are stored in its row."""


def select_current(operations: Sequence[Operation]) -> tuple[Operation, tuple[Operation, ...]]:
    """Return the current operation, and the other unfinished ones in the order of the queue.

    `operations` are in the order of the queue, the last current one first. It stays current until it ends or
    awaits approval; then the first ready one becomes current. If none is ready, the newest one that awaits
    approval is current, else the last one stays.
    """
    last = operations[0]
    ready = [operation for operation in operations if operation.is_ready]
    waiting = [o for o in operations if o.status is OperationStatus.AWAITING_APPROVAL]
    if ready:
        chosen = ready[0]
    elif waiting:
        chosen = max(waiting, key=lambda operation: operation.number)
    else:
        chosen = last
    queued = (o for o in operations if o.id != chosen.id and not o.status.is_final)
    return chosen, tuple(queued)
