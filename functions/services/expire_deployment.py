"""A deployment's time to live: when it ends the deployment is destroyed, and an event says so before."""

from __future__ import annotations

from datetime import datetime, timedelta

from functions.domain.deployment import Deployment
from functions.domain.status import DeploymentStatus, OperationKind
from functions.ports import ActiveEntry, Stored
from functions.services.accept_operation import OperationRequest, accept_operation
from functions.services.context import Context

_LONGEST_NOTICE = timedelta(hours=1)
_NOTICE_SHARE = 10


def note_expiry(ctx: Context, deployment: Deployment) -> None:
    """Write the entry that has the deployment looked at before it expires, where it ever does."""
    moment = _next_look(deployment)
    if moment is not None:
        ctx.index.put_active(
            ActiveEntry(
                key=deployment.deployment_id,
                deployment_id=deployment.deployment_id,
                created_at=deployment.created_at,
                due_at=moment,
                running=False,
                correlation_id=deployment.correlation_id,
                parked=True,
            )
        )


def expire_deployment(ctx: Context, stored: Stored) -> bool:
    """Tell that the deployment expires soon, or destroy it. True if either was done just now."""
    deployment = stored.deployment
    moment = _next_look(deployment)
    if moment is None or moment > ctx.now():
        return False
    if deployment.status is DeploymentStatus.DESTROYED:
        return _end(ctx, stored)
    if deployment.expiry_told_at is None:
        detail = {"expires_at": deployment.expires_at.isoformat() if deployment.expires_at else None}
        change = deployment.noted("expires_soon", ctx.now(), "slipway", detail, expiry_told_at=ctx.now())
        note_expiry(ctx, ctx.store.commit(stored, change).deployment)
        return True
    request = OperationRequest(
        kind=OperationKind.DESTROY,
        body={},
        comment="its time to live has ended",
        by_expiry=True,
    )
    accept_operation(
        ctx,
        deployment.deployment_id,
        request,
        caller="slipway",
        correlation_id=deployment.correlation_id,
        key=None,
    )
    stored = ctx.store.get(deployment.deployment_id) or stored
    return _end(ctx, stored)


def _end(ctx: Context, stored: Stored) -> bool:
    """It expires once: a destroy that ends badly is for people to look at. Always True: look again."""
    deployment = stored.deployment
    ctx.store.commit(stored, deployment.noted("expired", ctx.now(), "slipway", expires_at=None))
    ctx.index.remove_active(deployment.deployment_id)
    return True


def _next_look(deployment: Deployment) -> datetime | None:
    """When to tell that it expires, or, once that is told, when it expires: a tenth of its life, and at most
    an hour, before.
    """
    if deployment.expires_at is None or deployment.expiry_told_at is not None:
        return deployment.expires_at
    life = deployment.expires_at - deployment.created_at
    return deployment.expires_at - min(life / _NOTICE_SHARE, _LONGEST_NOTICE)
