"""Whose turn it is among the operations of a deployment: one at a time, in order (docs/rules.md rule 9)."""

from __future__ import annotations

from collections.abc import Sequence

from functions.domain.deployments.operation import Operation
from functions.domain.status import OperationStatus

MAX_UNFINISHED = 20
"""How many operations of one deployment may be unfinished at a time; all of them lie in its row."""


def select_current(operations: Sequence[Operation]) -> tuple[Operation, tuple[Operation, ...]]:
    """(the operation to look at, the other unfinished ones in line).

    `operations` come in line order, the one that has or had the turn first. The turn stays where it is until
    its holder ends or awaits approval; then the first that is ready takes it. Where none is, the newest that
    awaits approval is looked at, else the one that ended last.
    """
    holder = operations[0]
    ready = [operation for operation in operations if operation.is_ready]
    waiting = [o for o in operations if o.status is OperationStatus.AWAITING_APPROVAL]
    if ready:
        chosen = ready[0]
    elif waiting:
        chosen = max(waiting, key=lambda operation: operation.number)
    else:
        chosen = holder
    queued = (o for o in operations if o.id != chosen.id and not o.status.is_final)
    return chosen, tuple(queued)
