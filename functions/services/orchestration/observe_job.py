"""Checks a running operation: its result, its runner, or its job's start (docs/rules.md rules 3 to 8)."""

from __future__ import annotations

import logging
from datetime import timedelta

from functions.domain.deployments import transitions
from functions.domain.deployments.operation import Operation
from functions.domain.errors import LaunchRefused
from functions.domain.failures import TRANSIENT_CODES, Failure, FailureCode
from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import JobResult, Outcome, Task
from functions.domain.status import Phase
from functions.ports import Artifact, Stored
from functions.services.catalog.template_snapshots import template_of
from functions.services.context import Context
from functions.services.orchestration.cancel_unstarted import cancel_unstarted
from functions.services.orchestration.claims import (
    HOLDER,
    claim_apply,
    claim_holder,
    claim_job,
    is_apply_claimed,
)
from functions.services.orchestration.commit_change import commit_step
from functions.services.orchestration.end_job import abandon_job, retry_or_fail, stop_best_effort
from functions.services.orchestration.next_step import Next
from functions.services.orchestration.runner_log import log_end
from functions.services.orchestration.signal_cancel import publish_cancel_request
from functions.services.scheduling.active_entries import put_running
from functions.services.scheduling.list_rows import write_list_rows
from functions.services.scheduling.notify import notify_later

log = logging.getLogger("slipway.observe_job")

LIMIT_MARGIN_SECONDS = 600
"""A silent runner counts as dead this long after its job's time limit, even if the platform cannot tell."""


def observe_job(ctx: Context, stored: Stored, *, watch: bool) -> Next:
    """Record the result of the current job if it has one, else check its runner."""
    operation = stored.deployment.operation
    result = read_result(ctx, operation)
    if result is not None:
        return _settle(ctx, stored, result)
    claim = ctx.artifacts.read(blob_names.job_claim(operation.id, operation.job))
    if claim is None:
        following = _check_start(ctx, stored)
    elif claim_holder(claim.data) == HOLDER:
        following = _abandon_start(ctx, stored, "the runner did not start")
    else:
        following = _check_runner(ctx, stored, claim)
    if following is Next.WATCH:
        _keep_watching(ctx, stored, watch=watch)
    return following


def read_result(ctx: Context, operation: Operation) -> JobResult | None:
    """Return the result of the current job, or None. An unreadable result becomes a failed one."""
    name = blob_names.job_result(operation.id, operation.job)
    blob = ctx.artifacts.read(name)
    if blob is None:
        return None
    try:
        return JobResult.from_json(blob.data)
    except ValueError as error:
        log.exception("reading result '%s'", name)
        text = (
            f"reading the runner's result '{name}': it is invalid ({error}); "
            "the app and the runner image may have different versions"
        )
        return JobResult.by_slipway(
            Outcome.FAILED,
            Failure(FailureCode.RESULT_UNREADABLE, text),
            ended_at=ctx.now(),
            applied=not claim_apply(ctx, operation.id),
        )


def _settle(ctx: Context, stored: Stored, result: JobResult) -> Next:
    """Record a result: a saved plan awaits approval; a transient failure that applied nothing is retried."""
    deployment, operation = stored.deployment, stored.deployment.operation
    succeeded = result.outcome is Outcome.SUCCEEDED
    if succeeded and not result.applied and operation.task is Task.PLAN and operation.kind.changes_resources:
        return commit_step(ctx, stored, transitions.planned(deployment, result))
    failure = _transient_failure(result)
    if failure is not None and not result.applied and not _has_apply_claim(ctx, operation):
        return retry_or_fail(ctx, stored, failure, retry=True)
    return commit_step(ctx, stored, transitions.ended(deployment, result))


def _transient_failure(result: JobResult) -> Failure | None:
    """Return the failure of the result if a retry may succeed."""
    has_failed = result.outcome in (Outcome.FAILED, Outcome.LOST)
    failure = result.failure if has_failed else None
    return failure if failure and failure.code in TRANSIENT_CODES else None


def _has_apply_claim(ctx: Context, operation: Operation) -> bool:
    """Return True if the apply is claimed: then a further job of the operation could not apply."""
    return ctx.artifacts.size(blob_names.apply_claim(operation.id)) is not None


def _check_start(ctx: Context, stored: Stored) -> Next:
    """Abandon a job that no runner has claimed, if its execution is over or takes too long."""
    operation = stored.deployment.operation
    started = operation.job_started_at or operation.created_at
    waited = (ctx.now() - started).total_seconds()
    if operation.cancel_requested_at:
        return _abandon_start(ctx, stored, "it was cancelled")
    if operation.execution is None:
        return _abandon_start(ctx, stored, "the platform refused to start the runner")
    if _is_over(ctx, operation.execution):
        reason = f"execution '{operation.execution}' ended before the runner claimed its job"
        return _abandon_start(ctx, stored, reason + log_end(ctx, operation.execution))
    if waited > ctx.policy.start_seconds:
        return _abandon_start(ctx, stored, f"the runner did not start within {ctx.policy.start_seconds} s")
    return Next.WATCH


def _abandon_start(ctx: Context, stored: Stored, reason: str) -> Next:
    operation = stored.deployment.operation
    if operation.cancel_requested_at:
        if not claim_job(ctx, operation.id, operation.job):
            return Next.AGAIN
        stop_best_effort(ctx, operation.execution)
        return cancel_unstarted(ctx, stored)
    return abandon_job(ctx, stored, Failure(FailureCode.JOB_START_FAILED, reason), retry=True)


def _check_runner(ctx: Context, stored: Stored, claim_blob: Artifact) -> Next:
    """Check by its heartbeat whether the runner that has claimed the job is alive."""
    operation = stored.deployment.operation
    execution = claim_holder(claim_blob.data) or operation.execution or "unknown"
    publish_cancel_request(ctx, operation)
    heartbeat = ctx.artifacts.read(blob_names.heartbeat(operation.id, operation.job))
    silence = heartbeat.age_seconds if heartbeat else claim_blob.age_seconds
    if silence > 1.5 * ctx.policy.heartbeat_seconds and _is_over(ctx, execution):
        return _declare_dead(ctx, stored, execution, f"execution '{execution}' ended without a result")
    if silence > ctx.policy.silent_seconds:
        return _check_silent_runner(ctx, stored, execution, claim_blob.age_seconds)
    if operation.silent_since:
        ctx.store.commit(stored, transitions.runner_heard(stored.deployment, ctx.now()))
        return Next.AGAIN
    return Next.WATCH


def _check_silent_runner(ctx: Context, stored: Stored, execution: str, age: float) -> Next:
    """Record that the runner is silent. Stop it if it stays silent.

    Declare it dead with proof, or long after its time limit.
    """
    operation = stored.deployment.operation
    if age > _max_lifetime(ctx, stored):
        claim_apply(ctx, operation.id)
        stop_best_effort(ctx, execution)
        reason = f"execution '{execution}' is silent long after its time limit"
        return _declare_dead(ctx, stored, execution, reason)
    if operation.silent_since is None:
        log.warning("watching operation '%s': its runner '%s' is silent", operation.id, execution)
        ctx.store.commit(stored, transitions.runner_silent(stored.deployment, ctx.now()))
        return Next.AGAIN
    if ctx.now() - operation.silent_since > timedelta(seconds=ctx.policy.silent_seconds):
        # Storage worked at two checks far apart, and the runner was silent at both. Stop it, to get proof.
        stop_best_effort(ctx, execution)
        if _is_over(ctx, execution):
            reason = f"execution '{execution}' was silent and has been stopped"
            return _declare_dead(ctx, stored, execution, reason)
    return Next.WATCH


def _max_lifetime(ctx: Context, stored: Stored) -> float:
    limit = template_of(ctx, stored.deployment).timeouts.get("job_seconds", ctx.policy.job_seconds)
    return max(limit, ctx.policy.job_seconds) + LIMIT_MARGIN_SECONDS


def _declare_dead(ctx: Context, stored: Stored, execution: str, reason: str) -> Next:
    """Write the result of a dead runner's job, unless the runner wrote one. The next step records it."""
    operation = stored.deployment.operation
    applied = is_apply_claimed(ctx, operation.id)
    message = f"{reason}; " + (
        "it was applying, so its changes are unknown: check the cloud account and the log"
        if applied
        else "it had not begun to apply, so it changed nothing"
    )
    message += log_end(ctx, execution)
    cancelled = operation.cancel_requested_at is not None and not applied and claim_apply(ctx, operation.id)
    result = JobResult.by_slipway(
        Outcome.CANCELLED if cancelled else Outcome.LOST,
        Failure(FailureCode.CANCELLED if cancelled else FailureCode.RUNNER_LOST, message),
        ended_at=ctx.now(),
        applied=applied,
        phase=Phase.APPLYING if applied else Phase.STARTING,
    )
    ctx.artifacts.create(blob_names.job_result(operation.id, operation.job), result.to_json())
    return Next.AGAIN


def _is_over(ctx: Context, execution: str) -> bool:
    try:
        return ctx.launcher.is_over(execution)
    except LaunchRefused:
        log.warning("checking execution '%s': the platform did not respond", execution)
        return False


def _keep_watching(ctx: Context, stored: Stored, *, watch: bool) -> None:
    seconds = ctx.policy.watch_seconds
    put_running(ctx, stored.deployment.operation)
    # A host may have died after it started the job and before it wrote the list rows.
    write_list_rows(ctx, stored)
    if watch:
        notify_later(ctx, stored.deployment, in_seconds=seconds, watch=True)
