"""`python -m local.docs.lifecycle_diagrams`: draws the state machines in docs/lifecycle.md from the code;
`--check` only says whether they are up to date. The text between them is written by hand.
"""

from __future__ import annotations

import argparse
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
from local.docs.state_space import AT, Step, new_deployment, walk
from local.files import write_whole
from local.paths import ROOT

PAGE = ROOT / "docs" / "lifecycle.md"

_BLOCK = re.compile(r"(<!-- drawn: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_AS_BEFORE = "as before"


def main(arguments: list[str] | None = None) -> int:
    """Exit code 1 where `--check` finds that the page is not what the code says."""
    parser = argparse.ArgumentParser(prog="python -m local.docs.lifecycle_diagrams", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where something drifted")
    options = parser.parse_args(arguments)
    text = PAGE.read_text(encoding="utf-8")
    drawn = redrawn(text)
    if options.check and drawn != text:
        print(
            "docs/lifecycle.md is not what the code says: run python -m local.docs.lifecycle_diagrams",
            file=sys.stderr,
        )
        return 1
    if drawn != text:
        write_whole(PAGE, drawn)
    return 0


def redrawn(text: str) -> str:
    """The page with every drawing made anew; raises KeyError for a drawing that there is none of."""
    return _BLOCK.sub(lambda found: f"{found[1]}{DRAWINGS[found[2]]()}\n{found[3]}", text)


def draw_operation() -> str:
    """`TRANSITIONS`, and where an operation begins and ends."""
    begins = {_new_status(approval) for approval in Approval}
    arrows = {(source, move.target, name) for name, move in TRANSITIONS.items() for source in move.sources}
    ends = [status for status in OperationStatus if status.is_final]
    return _diagram(begins, arrows, ends)


@cache
def draw_deployment() -> str:
    """Every change of a deployment's status, but those that only give back what it had."""
    kinds = (OperationKind.APPLY, OperationKind.PLAN)
    firsts = [new_deployment(approval, kind) for approval in Approval for kind in kinds]
    return _diagram({first.status for first in firsts}, _arrows(walk(*firsts), lambda one: one.status))


@cache
def draw_request() -> str:
    """The same of a user's request."""
    asked = UserRequest("reports", "s3", {})
    firsts = [
        replace(new_deployment(Approval.REQUEST, plan_follows=follows), request=asked)
        for follows in (False, True)
    ]
    return _diagram({request_status(first) for first in firsts}, _arrows(walk(*firsts), request_status))


def list_endings() -> str:
    """What an operation's end leaves a deployment at, by `derive_settled_status`."""
    ends = [status for status in OperationStatus if status.is_final]
    rows: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for kind in OperationKind:
        for applied in (True, False) if kind.changes_resources else (False,):
            cells = tuple(_left_at(kind, ended, applied=applied) for ended in ends)
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
    found = set()
    for step in steps:
        source, target = status_of(step.before), status_of(step.after)
        operation = step.after.operation
        gives_back = operation.status.is_final and step.after.settled_status == step.before.settled_status
        if source == target or gives_back:
            continue
        is_destroy = operation.kind is OperationKind.DESTROY and target == DeploymentStatus.DESTROYED
        found.add((source, target, f"destroy {step.event}" if is_destroy else step.event))
    return found


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


def _left_at(kind: OperationKind, ended: OperationStatus, *, applied: bool) -> str:
    """One status whatever there was before, or that it is given back."""
    if applied and ended is OperationStatus.REJECTED:
        return "cannot be"
    settle = partial(derive_settled_status, kind, ended, applied=applied)
    left = {settle(before=before) for before in DeploymentStatus}
    return f"`{left.pop()}`" if len(left) == 1 else _AS_BEFORE


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
