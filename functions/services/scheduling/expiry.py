"""Schedules when reconcile checks a deployment that expires: to announce the expiry, then to destroy it."""

from __future__ import annotations

from datetime import datetime, timedelta

from functions.domain.deployments.deployment import Deployment
from functions.services.context import Context
from functions.services.scheduling.active_entries import deployment_entry

_NOTICE_SHARE = 10
_MAX_NOTICE = timedelta(hours=1)


def schedule_expiry(ctx: Context, deployment: Deployment) -> None:
    """Write the entry by which reconcile finds the deployment before it expires, if it ever does."""
    moment = next_expiry_check(deployment)
    if moment is not None:
        ctx.index.put_active(deployment_entry(ctx, deployment, due_at=moment))


def next_expiry_check(deployment: Deployment) -> datetime | None:
    """Return when to announce the expiry: a tenth of the deployment's life, and at most an hour, before it.
    Once it is announced, return when the deployment expires.
    """
    if deployment.expires_at is None or deployment.expiry_told_at is not None:
        return deployment.expires_at
    life = deployment.expires_at - deployment.created_at
    return deployment.expires_at - min(life / _NOTICE_SHARE, _MAX_NOTICE)
