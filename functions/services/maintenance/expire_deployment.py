"""A deployment's time to live: when it ends the deployment is destroyed, and an event says so before."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from functions.domain.clock import optional_text
from functions.domain.deployments.deployment import Deployment
from functions.domain.deployments.operation_order import MAX_UNFINISHED
from functions.domain.errors import ConcurrentChange, IllegalTransition, RequestRefused
from functions.domain.jobs.job_contract import Failure
from functions.domain.status import Approval, DeploymentStatus, OperationKind, Resources
from functions.ports import Stored
from functions.services.context import Context
from functions.services.operations.create_operation import OperationRequest, accept_operation
from functions.services.orchestration.commit_change import commit_change
from functions.services.orchestration.next_step import Next
from functions.services.scheduling.active_entries import deployment_entry

log = logging.getLogger("slipway.expiry")

_MAX_NOTICE_LENGTH = timedelta(hours=1)
_NOTICE_SHARE = 10
# Every operation that awaits approval, the notice and the end, with a lost race or two
_MAX_STEPS = MAX_UNFINISHED + 4


def schedule_expiry(ctx: Context, deployment: Deployment) -> None:
    """Write the entry that has the deployment looked at before it expires, where it ever does."""
    moment = _next_look(deployment)
    if moment is not None:
        ctx.index.put_active(deployment_entry(ctx, deployment, due_at=moment))


def expire_deployment(ctx: Context, deployment_id: str) -> None:
    """Tell that the deployment expires soon, and destroy it once its time has ended.

    What cannot be destroyed yet (its state is to be recovered first, its line is full) goes on as it is, and
    is tried again whenever reconcile runs.
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
    moment = _next_look(deployment)
    if moment is None or moment > ctx.now():
        return Next.DONE
    if deployment.status is DeploymentStatus.DESTROYED:
        return _end(ctx, stored)
    if deployment.is_unapproved_request and deployment.resources is Resources.NONE:
        return _end_request(ctx, stored)
    if deployment.expiry_told_at is None:
        detail = {"expires_at": optional_text(deployment.expires_at)}
        change = deployment.noted("expires_soon", ctx.now(), "slipway", detail, expiry_told_at=ctx.now())
        schedule_expiry(ctx, ctx.store.commit(stored, change).deployment)
        return Next.AGAIN
    try:
        _destroy(ctx, deployment)
    except RequestRefused as refused:
        log.warning("destroying deployment '%s', whose time has come: %s", deployment.deployment_id, refused)
        return Next.DONE
    return _end(ctx, ctx.store.get(deployment.deployment_id) or stored)


def _end_request(ctx: Context, stored: Stored) -> Next:
    """Nothing ever ran: there is nothing to destroy, and nothing to approve any more."""
    waiting = next((each for each in stored.deployment.unfinished if each.awaits is Approval.REQUEST), None)
    if waiting is None:
        return _end(ctx, stored)
    failure = Failure("approval_expired", "its time to live ended before anybody approved it")
    commit_change(ctx, stored, stored.deployment.terminated(waiting, "approval_expired", failure, ctx.now()))
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
    """It expires once: a destroy that ends badly is for people to look at."""
    deployment = stored.deployment
    ctx.store.commit(stored, deployment.noted("expired", ctx.now(), "slipway", expires_at=None))
    ctx.index.remove_active(deployment.deployment_id)
    return Next.DONE


def _next_look(deployment: Deployment) -> datetime | None:
    """When to tell that it expires, or, once that is told, when it expires: a tenth of its life, and at most
    an hour, before.
    """
    if deployment.expires_at is None or deployment.expiry_told_at is not None:
        return deployment.expires_at
    life = deployment.expires_at - deployment.created_at
    return deployment.expires_at - min(life / _NOTICE_SHARE, _MAX_NOTICE_LENGTH)
