"""Deletes everything that is stored of a deployment: blobs, list rows and table rows.

The order is safe to interrupt anywhere. The deployment is marked first. Its `active` entry leads reconcile to
it until everything is deleted; its own row is deleted last.
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
from functions.services.scheduling.retention_due import note_deleted

ALONE = timedelta(minutes=15)
"""The time in which only the caller that marked a deployment deletes it; after this, reconcile continues.

The host ends a function after 10 minutes, so the two never delete at once. If they did, the slower one could
delete a new deployment with the same id.
"""


def purge_deployment(ctx: Context, deployment_id: str, *, caller: str) -> None:
    """Handle DELETE /deployments/{id}.

    Raises RequestRefused `deployment_not_found`, `deployment_busy` while an operation is unfinished,
    `has_resources` unless the deployment certainly has no resources, `conflict`.
    """

    def mark_current() -> Deployment:
        stored = find_deployment(ctx, deployment_id)
        _check_deletable(stored.deployment)
        return mark_deleted(ctx, stored, caller)

    purge(ctx, retry_on_conflict(f"deleting deployment '{deployment_id}'", mark_current))


def mark_deleted(ctx: Context, stored: Stored, caller: str) -> Deployment:
    """Mark the deployment. From then on it cannot be found, and reconcile completes its deletion."""
    deployment = stored.deployment
    ctx.index.put_active(deployment_entry(ctx, deployment, due_at=ctx.now() + ALONE))
    note_deleted(ctx, deployment)
    return ctx.store.commit(stored, transitions.deleted(deployment, ctx.now(), caller)).deployment


def purge(ctx: Context, deployment: Deployment) -> None:
    """Delete everything that is stored of a marked deployment. Safe to repeat."""
    deployment_id = deployment.deployment_id
    for prefix in (blob_names.deployment_prefix(deployment_id), blob_names.operations_prefix(deployment_id)):
        for name in ctx.artifacts.names(prefix):
            ctx.artifacts.delete(name)
    ctx.index.remove_list_rows(listed_fields(deployment))
    ctx.store.purge(deployment_id)
    ctx.index.remove_active(deployment_id)


def _check_deletable(deployment: Deployment) -> None:
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
