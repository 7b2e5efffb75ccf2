"""Forgetting a deployment: everything that is known of it goes, in an order that may be cut anywhere.

It is marked first and found by its `active` entry until all is gone; its own row goes last.
"""

from __future__ import annotations

from datetime import timedelta

from functions.domain.deployments import transitions
from functions.domain.deployments.deployment import Deployment
from functions.domain.deployments.listed import listed_fields
from functions.domain.errors import ProblemCode, RequestRefused
from functions.domain.jobs import blob_names
from functions.domain.status import Resources
from functions.ports import Stored
from functions.services.context import Context
from functions.services.lookup import find_deployment
from functions.services.optimistic_retry import retry_on_conflict
from functions.services.scheduling.active_entries import deployment_entry
from functions.services.scheduling.retention_due import note_forgotten

ALONE = timedelta(minutes=15)
"""How long whoever marked a deployment has for removing it; the host ends a function that takes 10 minutes.
Reconcile goes on where that was cut: were two at it at once, the slower one could remove what has come to be
under the same id since.
"""


def forget_deployment(ctx: Context, deployment_id: str, *, caller: str) -> None:
    """DELETE /deployments/{id}.

    Raises RequestRefused `deployment_not_found`, `deployment_busy` while an operation is unfinished,
    `has_resources` unless Slipway knows that there are none, `conflict`.
    """

    def mark() -> Deployment:
        stored = find_deployment(ctx, deployment_id)
        _check(stored.deployment)
        return mark_forgotten(ctx, stored, caller)

    forget(ctx, retry_on_conflict(f"forgetting deployment '{deployment_id}'", mark))


def mark_forgotten(ctx: Context, stored: Stored, caller: str) -> Deployment:
    """From here on nobody finds it any more, and reconcile goes on where forgetting was cut."""
    deployment = stored.deployment
    ctx.index.put_active(deployment_entry(ctx, deployment, due_at=ctx.now() + ALONE))
    note_forgotten(ctx, deployment)
    return ctx.store.commit(stored, transitions.forgotten(deployment, ctx.now(), caller)).deployment


def forget(ctx: Context, deployment: Deployment) -> None:
    """Remove what there is of a deployment that is marked; may be called again and again."""
    deployment_id = deployment.deployment_id
    for prefix in (blob_names.deployment_prefix(deployment_id), blob_names.operations_prefix(deployment_id)):
        for name in ctx.artifacts.names(prefix):
            ctx.artifacts.delete(name)
    ctx.index.remove_list_rows(listed_fields(deployment))
    ctx.store.forget(deployment_id)
    ctx.index.remove_active(deployment_id)


def _check(deployment: Deployment) -> None:
    if deployment.unfinished:
        raise RequestRefused(
            ProblemCode.DEPLOYMENT_BUSY,
            f"operation '{deployment.unfinished[0].id}' is '{deployment.unfinished[0].status}': "
            f"wait for it, or POST /operations/{deployment.unfinished[0].id}/cancel",
        )
    if deployment.resources is not Resources.NONE:
        raise RequestRefused(
            ProblemCode.HAS_RESOURCES,
            f"deployment '{deployment.deployment_id}' has, or may have, resources "
            f"('{deployment.resources}'): destroy it first",
        )
