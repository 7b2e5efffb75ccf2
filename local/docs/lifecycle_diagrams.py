"""`python -m local.docs.lifecycle_diagrams`: draws the state machines in docs/lifecycle.md from the code.

`--check` only checks if they are up to date. The text between them is written by hand.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache, partial

from functions.domain.deployments.deployment import UserRequest
from functions.domain.deployments.operation import new_operation
from functions.domain.deployments.operation_transitions import TRANSITIONS
from functions.domain.deployments.user_request import request_status
from functions.domain.status import (
    Approval,
    DeploymentStatus,
    OperationKind,
    OperationStatus,
    derive_settled_status,
)
from local.docs.generated_file import write_or_check
from local.docs.state_space import AT, Step, new_deployment, walk
from local.paths import ROOT

PAGE = ROOT / "docs" / "lifecycle.md"

_BLOCK = re.compile(r"(<!-- drawn: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_AS_BEFORE = "as before"


def main(arguments: list[str] | None = None) -> int:
    """Write or check the page. Return 1 if `--check` finds that it is out of date."""
    return write_or_check("local.docs.lifecycle_diagrams", __doc__, arguments, PAGE, with_drawings)


def with_drawings(text: str) -> str:
    """Return the page with every drawing replaced. Raises KeyError for an unknown drawing."""
    return _BLOCK.sub(lambda block: f"{block[1]}{DRAWINGS[block[2]]()}\n{block[3]}", text)


def draw_operation() -> str:
    """Draw `TRANSITIONS`, with the first and last statuses of an operation."""
    begins = {_new_status(approval) for approval in Approval}
    arrows = {
        (source, transition.target, name)
        for name, transition in TRANSITIONS.items()
        for source in transition.sources
    }
    ends = [status for status in OperationStatus if status.is_final]
    return _diagram(begins, arrows, ends)


@cache
def draw_deployment() -> str:
    """Draw every change of a deployment's status, except those that only restore an earlier one."""
    kinds = (OperationKind.APPLY, OperationKind.PLAN)
    firsts = [new_deployment(approval, kind) for approval in Approval for kind in kinds]
    return _diagram(
        {first.status for first in firsts}, _arrows(walk(*firsts), lambda deployment: deployment.status)
    )


@cache
def draw_request() -> str:
    """Draw every change of a user request's status."""
    request = UserRequest("reports", "s3", {})
    firsts = [
        replace(new_deployment(Approval.REQUEST, plan_follows=follows), request=request)
        for follows in (False, True)
    ]
    return _diagram({request_status(first) for first in firsts}, _arrows(walk(*firsts), request_status))


def list_endings() -> str:
    """Return a table of the statuses that an operation's end leaves its deployment with."""
    ends = [status for status in OperationStatus if status.is_final]
    rows: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for kind in OperationKind:
        for applied in (True, False) if kind.changes_resources else (False,):
            cells = tuple(_status_after(kind, end, applied=applied) for end in ends)
            rows[("yes" if applied else "no", *cells)].append(f"`{kind}`")
    lines = [_row("operation", "applied something", *(f"`{status}`" for status in ends))]
    lines.append("|" + "---|" * (len(ends) + 2))
    lines += [_row(", ".join(kinds), *cells) for cells, kinds in rows.items()]
    return "\n".join(lines)


DRAWINGS: dict[str, Callable[[], str]] = {
    "operation": draw_operation,
    "deployment": draw_deployment,
    "endings": list_endings,
    "request": draw_request,
}


def _arrows(steps: Iterable[Step], status_of: Callable[..., str]) -> set[tuple[str, str, str]]:
    arrows = set()
    for step in steps:
        source, target = status_of(step.before), status_of(step.after)
        operation = step.after.operation
        restores_status = (
            operation.status.is_final and step.after.settled_status == step.before.settled_status
        )
        if source == target or restores_status:
            continue
        is_destroy = operation.kind is OperationKind.DESTROY and target == DeploymentStatus.DESTROYED
        arrows.add((source, target, f"destroy {step.event}" if is_destroy else step.event))
    return arrows


def _diagram(begins: Iterable[str], arrows: Iterable[tuple[str, str, str]], ends: Iterable[str] = ()) -> str:
    labels: dict[tuple[str, str], set[str]] = defaultdict(set)
    for source, target, name in arrows:
        labels[source, target].add(name)
    lines = [
        *(f"[*] --> {status}" for status in sorted(begins)),
        *(
            f"{source} --> {target}: {', '.join(sorted(names))}"
            for (source, target), names in sorted(labels.items())
        ),
        *(f"{status} --> [*]" for status in ends),
    ]
    return "\n".join(["```mermaid", "stateDiagram-v2", *(f"    {line}" for line in lines), "```"])


def _status_after(kind: OperationKind, end: OperationStatus, *, applied: bool) -> str:
    """Return the status after an operation's end, or that it is the one from before."""
    if applied and end is OperationStatus.REJECTED:
        return "cannot be"
    status_from = partial(derive_settled_status, kind, end, applied=applied)
    statuses = {status_from(before=before) for before in DeploymentStatus}
    return f"`{statuses.pop()}`" if len(statuses) == 1 else _AS_BEFORE


def _new_status(approval: Approval) -> OperationStatus:
    return new_operation(
        "deploy-000000000000",
        1,
        at=AT,
        created_by="",
        correlation_id="",
        kind=OperationKind.APPLY,
        approval=approval,
    ).status


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
