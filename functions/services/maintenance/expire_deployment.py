"""Destroys a deployment when its time to live ends, and records an event some time before."""

from __future__ import annotations

import logging

from functions.domain.deployments import transitions
from functions.domain.deployments.deployment import Deployment
from functions.domain.deployments.operation_order import MAX_UNFINISHED
from functions.domain.errors import ConcurrentChange, IllegalTransition, RequestRefused
from functions.domain.failures import Failure, FailureCode
from functions.domain.status import Approval, DeploymentStatus, OperationKind, Resources
from functions.ports import Stored
from functions.services.context import Context
from functions.services.operations.create_operation import OperationRequest, accept_operation
from functions.services.orchestration.commit_change import commit_change
from functions.services.orchestration.next_step import Next
from functions.services.scheduling.expiry import schedule_expiry

log = logging.getLogger("slipway.expiry")

_MAX_NOTICE_LENGTH = timedelta(hours=1)
_NOTICE_SHARE = 10
# One step for every operation that awaits approval, for the notice and for the end, and some for lost races.
_MAX_STEPS = MAX_UNFINISHED + 4


def schedule_expiry(ctx: Context, deployment: Deployment) -> None:
    """Write the entry that makes reconcile check the deployment before it expires, if it expires."""
    moment = _next_check(deployment)
    if moment is not None:
        ctx.index.put_active(deployment_entry(ctx, deployment, due_at=moment))


def expire_deployment(ctx: Context, deployment_id: str) -> None:
    """Record that the deployment expires soon, or destroy it if its time has ended.

    If it cannot be destroyed yet (its state must be recovered first, its queue is full), each run of
    reconcile tries again.
    """
    for _ in range(_MAX_STEPS):
        stored = ctx.store.get(deployment_id)
        if stored is None or stored.deployment.forgotten_at:
            return
        try:
            if _step(ctx, stored) is not Next.AGAIN:
                return
        except (ConcurrentChange, IllegalTransition):
            log.info("expiring deployment '%s': somebody else moved it first", deployment_id)


def _step(ctx: Context, stored: Stored) -> Next:
    deployment = stored.deployment
    moment = _next_check(deployment)
    if moment is None or moment > ctx.now():
        return Next.DONE
    if deployment.status is DeploymentStatus.DESTROYED:
        return _end(ctx, stored)
    if deployment.is_unapproved_request and deployment.resources is Resources.NONE:
        return _end_request(ctx, stored)
    if deployment.expiry_told_at is None:
        change = transitions.expiry_announced(deployment, ctx.now())
        schedule_expiry(ctx, ctx.store.commit(stored, change).deployment)
        return Next.AGAIN
    try:
        _destroy(ctx, deployment)
    except RequestRefused as refused:
        log.warning("destroying deployment '%s', whose time has come: %s", deployment.deployment_id, refused)
        return Next.DONE
    return _end(ctx, ctx.store.get(deployment.deployment_id) or stored)


def _end_request(ctx: Context, stored: Stored) -> Next:
    """End the next operation of an unapproved request. Nothing ever ran, so there is nothing to destroy."""
    unfinished = stored.deployment.unfinished
    operation = next((operation for operation in unfinished if operation.awaits is Approval.REQUEST), None)
    if operation is None:
        return _end(ctx, stored)
    failure = Failure(FailureCode.APPROVAL_EXPIRED, "its time to live ended before anybody approved it")
    commit_change(
        ctx, stored, stored.deployment.terminated(operation, "approval_expired", failure, ctx.now())
    )
    return Next.AGAIN


def _destroy(ctx: Context, deployment: Deployment) -> None:
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


def _end(ctx: Context, stored: Stored) -> Next:
    """Record that the deployment has expired. It expires once: people must repair a destroy that failed."""
    deployment = stored.deployment
    ctx.store.commit(stored, transitions.expired(deployment, ctx.now()))
    ctx.index.remove_active(deployment.deployment_id)
    return Next.DONE


def _next_check(deployment: Deployment) -> datetime | None:
    """Return when to record that the deployment expires soon, or, once recorded, when it expires.

    The notice comes a tenth of the time to live before, and at most an hour.
    """
    if deployment.expires_at is None or deployment.expiry_told_at is not None:
        return deployment.expires_at
    life = deployment.expires_at - deployment.created_at
    return deployment.expires_at - min(life / _NOTICE_SHARE, _MAX_NOTICE_LENGTH)
