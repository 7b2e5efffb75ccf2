"""Starts a job: checks capacity, writes the spec, starts the runner, and records the start.

A host may die between any two of these steps. A runner whose start was not recorded does no harm: the next
`advance` starts the same job again, and of two runners the one that finds the job claimed exits at once. So
the runner starts before its start is recorded.
"""

from __future__ import annotations

import logging

from functions.domain.deployments import transitions
from functions.domain.deployments.deployment import Deployment
from functions.domain.errors import ConcurrentChange, LaunchRefused
from functions.domain.failures import Failure, FailureCode
from functions.domain.jobs import blob_names
from functions.ports import JobStart, Stored
from functions.services.context import Context
from functions.services.orchestration.cancel_unstarted import cancel_unstarted
from functions.services.orchestration.claims import claim_job
from functions.services.orchestration.commit_change import commit_change, commit_step
from functions.services.orchestration.end_job import abandon_job
from functions.services.orchestration.job_spec import job_spec
from functions.services.orchestration.next_step import Next
from functions.services.orchestration.plan_age import stale_plan_failure
from functions.services.orchestration.recovery_gate import fail_if_recovery_pending
from functions.services.scheduling.active_entries import put_idle, put_waiting
from functions.services.scheduling.list_rows import write_list_rows
from functions.services.scheduling.notify import notify_later

log = logging.getLogger("slipway.start_job")


def start_job(ctx: Context, stored: Stored) -> Next:
    """Start the next job of a pending operation if it may start now."""
    deployment = stored.deployment
    operation = deployment.operation
    if operation.cancel_requested_at:
        return _cancel(ctx, stored)
    if fail_if_recovery_pending(ctx, stored) or _refuse_old_plan(ctx, stored):
        return Next.AGAIN
    if operation.not_before and operation.not_before > ctx.now():
        put_idle(ctx, operation)
        write_list_rows(ctx, stored)
        return Next.DONE
    if not _has_capacity(ctx, deployment):
        write_list_rows(ctx, stored)
        put_waiting(ctx, deployment, operation)
        # Check again: an operation that finished before this one waited did not wake it.
        if not _has_capacity(ctx, deployment):
            return Next.DONE
    spec = job_spec(ctx, deployment)
    ctx.artifacts.create(blob_names.job_spec(operation.id, spec.job), spec.to_json())
    return _launch(ctx, stored, spec.job)


def _cancel(ctx: Context, stored: Stored) -> Next:
    """Cancel the operation, unless a runner has claimed the next job before its start was recorded.

    Then record the start; the runner gets the cancel request.
    """
    operation = stored.deployment.operation
    if claim_job(ctx, operation.id, operation.job + 1):
        return cancel_unstarted(ctx, stored)
    return commit_step(ctx, stored, transitions.job_started(stored.deployment, ctx.now(), None))


def _refuse_old_plan(ctx: Context, stored: Stored) -> bool:
    """End the operation if its approved plan is too old by now. Return True if it was ended."""
    operation = stored.deployment.operation
    failure = stale_plan_failure(ctx, operation)
    if failure is None:
        return False
    commit_change(ctx, stored, transitions.terminated(stored.deployment, operation, failure, ctx.now()))
    return True


def _has_capacity(ctx: Context, deployment: Deployment) -> bool:
    running = [entry for entry in ctx.index.running() if entry.key != deployment.operation.id]
    return len(running) < ctx.policy.max_parallel


def _launch(ctx: Context, stored: Stored, job: int) -> Next:
    deployment, operation = stored.deployment, stored.deployment.operation
    start = JobStart(operation.deployment_id, operation.id, job, operation.correlation_id)
    try:
        execution = ctx.launcher.start(start)
    except LaunchRefused as refusal:
        log.warning("starting job %d of operation '%s': %s", job, operation.id, refusal)
        stored = commit_change(ctx, stored, transitions.job_started(deployment, ctx.now(), None))
        return abandon_job(
            ctx, stored, Failure(FailureCode.JOB_START_FAILED, str(refusal)), retry=refusal.transient
        )
    log.info("started job %d of operation '%s' as '%s'", job, operation.id, execution)
    stored = _record_start(ctx, stored, execution)
    notify_later(ctx, stored.deployment, in_seconds=ctx.policy.watch_seconds, watch=True)
    return Next.DONE


def _record_start(ctx: Context, stored: Stored, execution: str) -> Stored:
    """Record that the next job of the current operation runs as `execution`.

    If another client changed the deployment, but not this operation, record it in the changed deployment:
    to start the job again would cost one more execution. Raises ConcurrentChange if the operation changed.
    """
    operation = stored.deployment.operation
    while True:
        change = transitions.job_started(stored.deployment, ctx.now(), execution)
        try:
            return commit_change(ctx, stored, change)
        except ConcurrentChange:
            current = ctx.store.get(operation.deployment_id)
            if current is None or current.deployment.operation != operation:
                raise
            stored = current
