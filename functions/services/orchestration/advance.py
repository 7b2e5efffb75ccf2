"""Advances a deployment: the only place that takes its next step (decision 0001).

Every trigger calls it, any number of times. It reads the deployment and takes the next step, if there is one.
"""

from __future__ import annotations

import logging

from functions.domain.deployments import transitions
from functions.domain.errors import ConcurrentChange, IllegalTransition
from functions.domain.failures import FailureCode
from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import JobResult
from functions.domain.status import OperationStatus
from functions.keyed_lock import KeyedLock
from functions.ports import Stored
from functions.services.context import Context
from functions.services.orchestration.approval_limits import expire_approval
from functions.services.orchestration.commit_change import restore_entries
from functions.services.orchestration.next_step import Next
from functions.services.orchestration.observe_job import observe_job
from functions.services.orchestration.start_job import start_job

log = logging.getLogger("slipway.advance")

# Enough for all steps of two operations, with a lost race before each. The watchdog continues after that.
_MAX_STEPS = 24

# Several messages of one deployment come at once, for example one for each operation that was accepted. Each
# would start the same job, and all runners but one would find it claimed (docs/decisions/0024).
_ONE_AT_A_TIME = KeyedLock()


def advance(ctx: Context, deployment_id: str, *, watch: bool = False) -> None:
    """Take every step that is possible now. `watch` is True for the watchdog's wake-up, which is sent again.

    Raises StorageUnavailable. The steps already taken stay, and the next call continues.
    """
    with _ONE_AT_A_TIME.hold(deployment_id):
        _advance(ctx, deployment_id, watch=watch)


def _advance(ctx: Context, deployment_id: str, *, watch: bool) -> None:
    for _ in range(_MAX_STEPS):
        stored = ctx.store.get(deployment_id)
        if stored is None:
            log.info("advancing deployment '%s': it does not exist yet", deployment_id)
            return
        try:
            if _step(ctx, stored, watch=watch) is not Next.AGAIN:
                return
        except (ConcurrentChange, IllegalTransition):
            log.info("advancing deployment '%s': another client changed it first", deployment_id)
    log.warning("advancing deployment '%s': too many steps, the watchdog will continue", deployment_id)


def _step(ctx: Context, stored: Stored, *, watch: bool) -> Next:
    deployment = stored.deployment
    if deployment.deleted_at:
        return Next.DONE
    if expire_approval(ctx, stored) is Next.AGAIN:
        return Next.AGAIN
    status = deployment.operation.status
    if status is OperationStatus.PENDING:
        return start_job(ctx, stored)
    if status is OperationStatus.RUNNING:
        return observe_job(ctx, stored, watch=watch)
    _keep_late_result(ctx, stored)
    restore_entries(ctx, stored)
    return Next.DONE


def _keep_late_result(ctx: Context, stored: Stored) -> None:
    """Record, once, the late result of a runner that counted as lost."""
    operation = stored.deployment.operation
    if operation.error is None or operation.error.code != FailureCode.RUNNER_LOST or operation.late_result:
        return
    name = blob_names.late_result(operation.id, operation.job)
    late = ctx.artifacts.read(name)
    if late is not None:
        outcome = _late_outcome(name, late.data)
        ctx.store.commit(
            stored, transitions.late_result(stored.deployment, ctx.now(), outcome=outcome, artifact=name)
        )


def _late_outcome(name: str, data: bytes) -> str:
    try:
        return JobResult.from_json(data).outcome
    except ValueError as error:
        log.warning("reading late result '%s': %s", name, error)
        return "unreadable"
