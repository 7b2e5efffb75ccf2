"""Destroys a deployment at the end of its time to live. An event announces it before."""

from __future__ import annotations

import logging

from functions.domain.deployments import transitions
from functions.domain.deployments.deployment import Deployment
from functions.domain.deployments.operation_order import MAX_UNFINISHED
from functions.domain.errors import ConcurrentChange, IllegalTransition, RequestRefused
from functions.domain.failures import Failure, FailureCode
from functions.domain.identifiers import SLIPWAY
from functions.domain.status import Approval, DeploymentStatus, OperationKind, Resources
from functions.ports import Stored
from functions.services.context import Context
from functions.services.operations.create_operation import OperationRequest, create_operation
from functions.services.orchestration.commit_change import commit_change
from functions.services.orchestration.next_step import Next
from functions.services.scheduling.expiry import next_expiry_check, schedule_expiry

log = logging.getLogger("slipway.expiry")

# All operations that await approval, the announcement and the end, with a few lost races.
_MAX_STEPS = MAX_UNFINISHED + 4


def expire_deployment(ctx: Context, deployment_id: str) -> None:
    """Announce that the deployment expires soon, and destroy it at the end of its time to live.

    If it cannot be destroyed yet, as its state must be recovered first or its queue is full, every run of
    reconcile tries again.
    """
    for _ in range(_MAX_STEPS):
        stored = ctx.store.get(deployment_id)
        if stored is None or stored.deployment.deleted_at:
            return
        try:
            if _step(ctx, stored) is not Next.AGAIN:
                return
        except (ConcurrentChange, IllegalTransition):
            log.info("expiring deployment '%s': another client changed it first", deployment_id)


def _step(ctx: Context, stored: Stored) -> Next:
    deployment = stored.deployment
    moment = next_expiry_check(deployment)
    if moment is None or moment > ctx.now():
        return Next.DONE
    if deployment.status is DeploymentStatus.DESTROYED:
        return _end(ctx, stored)
    if deployment.expiry_told_at is None:
        change = transitions.expiry_announced(deployment, ctx.now())
        schedule_expiry(ctx, ctx.store.commit(stored, change).deployment)
        return Next.AGAIN
    if deployment.is_unapproved_request and deployment.resources is Resources.NONE:
        return _end_request(ctx, stored)
    try:
        _destroy(ctx, deployment)
    except RequestRefused as refused:
        log.warning(
            "destroying deployment '%s' at the end of its time to live: %s", deployment.deployment_id, refused
        )
        return Next.DONE
    return _end(ctx, ctx.store.get(deployment.deployment_id) or stored)


def _end_request(ctx: Context, stored: Stored) -> Next:
    """Reject a user request that was never approved. Nothing ever ran, so nothing has to be destroyed."""
    waiting = next((o for o in stored.deployment.unfinished if o.awaits is Approval.REQUEST), None)
    if waiting is None:
        return _end(ctx, stored)
    failure = Failure(FailureCode.APPROVAL_EXPIRED, "its time to live ended before it was approved")
    commit_change(ctx, stored, transitions.terminated(stored.deployment, waiting, failure, ctx.now()))
    return Next.AGAIN


def _destroy(ctx: Context, deployment: Deployment) -> None:
    request = OperationRequest(
        kind=OperationKind.DESTROY,
        body={},
        comment="its time to live has ended",
        by_expiry=True,
    )
    create_operation(
        ctx,
        deployment.deployment_id,
        request,
        caller=SLIPWAY,
        correlation_id=deployment.correlation_id,
        key=None,
    )


def _end(ctx: Context, stored: Stored) -> Next:
    """Record the expiry. A deployment expires once: people handle a destroy that fails."""
    deployment = stored.deployment
    ctx.store.commit(stored, transitions.expired(deployment, ctx.now()))
    ctx.index.remove_active(deployment.deployment_id)
    return Next.DONE
