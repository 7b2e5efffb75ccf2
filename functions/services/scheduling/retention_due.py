"""Writes the due entries: when retention must check which deployment.

An entry is written at the end of each operation that leaves no resources, before the operation's `active`
entry is removed. If the host dies in between, reconcile finds the `active` entry and writes this one again.
An entry says only when to check; retention then decides by the deployment itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from functions.domain.deployments.deployment import Deployment
from functions.domain.deployments.listed import listed_fields
from functions.domain.status import Resources
from functions.maintenance_ports import DueEntry
from functions.services.context import Context
from functions.services.policy_settings import Policy

LOGS = "logs"
PLANS = "plans"
STATE_COPIES = "state copies"


def kept_days(policy: Policy) -> dict[str, int]:
    """Return how many days each kind of blob is kept after the end of a deployment."""
    return {LOGS: policy.log_days, PLANS: policy.plan_days, STATE_COPIES: policy.state_copy_days}


def ended_at(deployment: Deployment) -> datetime:
    """Return when the retention periods of a deployment begin."""
    return deployment.completed_at or deployment.created_at


def next_due(policy: Policy, deployment: Deployment) -> datetime | None:
    """Return when retention must next delete a part of a deployment, or None if it must delete nothing."""
    if deployment.unfinished or deployment.resources is not Resources.NONE:
        return None
    periods = [days for kind, days in kept_days(policy).items() if kind not in deployment.pruned]
    return ended_at(deployment) + timedelta(days=min([*periods, policy.record_days]))


def note_due(ctx: Context, deployment: Deployment) -> None:
    """Write the entry of a deployment, if retention may remove a part of it."""
    due_at = next_due(ctx.policy, deployment)
    if due_at is not None:
        ctx.due.put(DueEntry(listed_fields(deployment), due_at))


def note_deleted(ctx: Context, deployment: Deployment) -> None:
    """Schedule a second removal of a deleted deployment's list rows, a day later.

    A function that read the deployment before may still write its list rows after their removal, for as long
    as the host lets it run.
    """
    ctx.due.put(DueEntry(listed_fields(deployment), ctx.now() + timedelta(days=1)))
