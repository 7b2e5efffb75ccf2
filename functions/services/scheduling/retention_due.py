"""When something of a deployment is to be removed: the entries that retention works from.

An entry is written at the end of each operation that leaves nothing in a cloud, before the operation's
`active` entry goes: a host that dies in between leaves that one, and reconcile comes back. An entry says no
more than when to look: what the look finds decides.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from functions.domain.deployments.deployment import Deployment
from functions.domain.deployments.listed import listed_fields
from functions.domain.status import Resources
from functions.maintenance_ports import DueEntry
from functions.services.context import Context, Policy

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
    """Return when the next thing of a deployment is to be removed, or None while nothing may ever be."""
    if deployment.unfinished or deployment.resources is not Resources.NONE:
        return None
    periods = [days for kind, days in kept_days(policy).items() if kind not in deployment.pruned]
    return ended_at(deployment) + timedelta(days=min([*periods, policy.record_days]))


def note_due(ctx: Context, deployment: Deployment) -> None:
    """Write the entry of a deployment, where something of it is ever to be removed."""
    due_at = next_due(ctx.policy, deployment)
    if due_at is not None:
        ctx.due.put(DueEntry(listed_fields(deployment), due_at))


def note_forgotten(ctx: Context, deployment: Deployment) -> None:
    """Have the list rows of a deployment that is being forgotten removed once more, a day later.

    Whoever read the deployment before may still write its list rows after they were removed. That cannot last
    longer than the host lets a function run.
    """
    ctx.due.put(DueEntry(listed_fields(deployment), ctx.now() + timedelta(days=1)))
