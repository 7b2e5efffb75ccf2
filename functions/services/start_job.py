"""Starting a job: take a place, write the spec, say that it starts, start it, say which execution it got.

A host may die between any two of these. What it leaves is a running operation without an execution, which
`observe_job` gives up after the launch grace by taking the job's claim: a runner that was started all the
same
finds the claim taken and goes.
"""

from __future__ import annotations

import logging

from functions.domain import artifacts
from functions.domain.deployment import Deployment
from functions.domain.errors import ConcurrentChange, LaunchRefused
from functions.domain.job import Backend, JobSpec
from functions.domain.status import OperationStatus
from functions.ports import JobStart, Stored
from functions.services.abandon_job import abandon_job
from functions.services.cancel_unstarted import cancel_unstarted
from functions.services.context import Context
from functions.services.watch import look_again, ring_later

log = logging.getLogger("slipway.start_job")

WAIT_SECONDS = 60
"""How long a deployment that waits for a free place goes unlooked at; each end rings the oldest before
that.
"""


def start_job(ctx: Context, stored: Stored) -> bool:
    """Start the next job of a pending operation if it may start now. True if there may be more to do at
    once.
    """
    deployment = stored.deployment
    operation = deployment.operation
    if operation.cancel_requested_at:
        return cancel_unstarted(ctx, stored)
    if operation.job == 0:
        ctx.index.put_list_rows(deployment)
    if operation.not_before and operation.not_before > ctx.now():
        delay = (operation.not_before - ctx.now()).total_seconds()
        look_again(ctx, deployment, in_seconds=delay, running=False)
        return False
    if not _has_place(ctx, deployment):
        look_again(ctx, deployment, in_seconds=WAIT_SECONDS, running=False)
        return False
    spec = job_spec(ctx, deployment, operation.job + 1)
    ctx.artifacts.create(artifacts.job_spec(operation.id, spec.job), spec.to_json())
    stored = ctx.store.commit(stored, deployment.job_starting(ctx.now()))
    look_again(ctx, stored.deployment, in_seconds=ctx.policy.watch_seconds, running=True)
    return _launch(ctx, stored)


def _has_place(ctx: Context, deployment: Deployment) -> bool:
    others = (entry for entry in ctx.index.active() if entry.deployment_id != deployment.deployment_id)
    return sum(entry.running for entry in others) < ctx.policy.max_parallel


def job_spec(ctx: Context, deployment: Deployment, job: int) -> JobSpec:
    """What the runner is told: all of it, so that it never reads a table."""
    template = ctx.catalog.get(deployment.provider_type, deployment.template_name)
    timeouts = template.timeouts if template else {}
    return JobSpec(
        deployment_id=deployment.deployment_id,
        operation_id=deployment.operation.id,
        job=job,
        kind=deployment.operation.kind,
        correlation_id=deployment.operation.correlation_id,
        provider_type=deployment.provider_type,
        template_name=deployment.template_name,
        template_digest=deployment.template_digest,
        location=deployment.location,
        parameters=deployment.parameters,
        sensitive_outputs=template.sensitive_outputs if template else (),
        tags=deployment.tags,
        backend=Backend("local", {"path": f"{deployment.deployment_id}/terraform.tfstate"}),
        workspace="default",
        command_seconds=timeouts.get("command_seconds", ctx.policy.command_seconds),
        job_seconds=timeouts.get("job_seconds", ctx.policy.job_seconds),
    )


def _launch(ctx: Context, stored: Stored) -> bool:
    operation = stored.deployment.operation
    start = JobStart(operation.deployment_id, operation.id, operation.job, operation.correlation_id)
    try:
        execution = ctx.launcher.start(start)
    except LaunchRefused as refusal:
        log.warning("starting job %d of operation '%s': %s", operation.job, operation.id, refusal)
        return abandon_job(ctx, stored, code="job_start_failed", reason=str(refusal), retry=refusal.transient)
    log.info("started job %d of operation '%s' as '%s'", operation.job, operation.id, execution)
    _record_execution(ctx, stored, execution)
    ring_later(ctx, stored.deployment, in_seconds=ctx.policy.watch_seconds, watch=True)
    return False


def _record_execution(ctx: Context, stored: Stored, execution: str) -> None:
    """Write the execution's name, unless the job has moved on meanwhile (its claim names the execution,
    too).
    """
    job = stored.deployment.operation.job
    for _ in range(3):
        try:
            ctx.store.commit(stored, stored.deployment.job_launched(ctx.now(), execution))
        except ConcurrentChange:
            fresh = ctx.store.get(stored.deployment.deployment_id)
            if fresh is None or not _is_same_job(fresh.deployment, job):
                return
            stored = fresh
        else:
            return


def _is_same_job(deployment: Deployment, job: int) -> bool:
    return deployment.operation.status is OperationStatus.RUNNING and deployment.operation.job == job
