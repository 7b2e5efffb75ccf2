"""Ends a job that did nothing: claims it, then retries or fails the operation (docs/rules.md rule 8)."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

from functions.domain.deployments import transitions
from functions.domain.errors import LaunchRefused
from functions.domain.failures import Failure
from functions.domain.jobs.job_contract import JobResult, Outcome
from functions.ports import Stored
from functions.services.context import Context
from functions.services.orchestration.claims import claim_apply, claim_job
from functions.services.orchestration.commit_change import commit_change, commit_step
from functions.services.orchestration.next_step import Next
from functions.services.scheduling.notify import notify_later

_FIRST_BACKOFF_SECONDS = 2.0
_MAX_BACKOFF_SECONDS = 120.0


def abandon_job(ctx: Context, stored: Stored, failure: Failure, *, retry: bool) -> Next:
    """Abandon the current job, unless a runner has claimed it: then that runner continues."""
    operation = stored.deployment.operation
    if not claim_job(ctx, operation.id, operation.job):
        return Next.AGAIN
    stop_best_effort(ctx, operation.execution)
    return retry_or_fail(ctx, stored, failure, retry=retry)


def retry_or_fail(ctx: Context, stored: Stored, failure: Failure, *, retry: bool) -> Next:
    """Schedule another job while the operation has attempts left, else end it with the last job's failure.

    Call this only for a job that can never apply: the app holds its claim, or its runner has certainly died
    before it claimed the apply.
    """
    deployment = stored.deployment
    operation = deployment.operation
    now = ctx.now()
    if retry and operation.attempt < ctx.policy.max_attempts:
        delay = backoff_seconds(operation.attempt)
        change = transitions.job_abandoned(
            deployment, now, reason=failure.message, not_before=now + timedelta(seconds=delay)
        )
        stored = commit_change(ctx, stored, change)
        notify_later(ctx, stored.deployment, in_seconds=delay, watch=False)
        return Next.DONE
    applied = not claim_apply(ctx, operation.id)
    if operation.attempt > 1:
        attempt = f"(attempt {operation.attempt} of {ctx.policy.max_attempts})"
        failure = replace(failure, message=f"{failure.message} {attempt}")
    result = JobResult.by_slipway(Outcome.FAILED, failure, ended_at=now, applied=applied)
    return commit_step(ctx, stored, transitions.ended(deployment, result))


def stop_best_effort(ctx: Context, execution: str | None) -> None:
    """Stop an execution that is not needed any more. If that fails, the claim still prevents its effect."""
    if execution:
        try:
            ctx.launcher.stop(execution)
        except LaunchRefused:
            return


def backoff_seconds(attempt: int) -> float:
    """Return the delay before the next attempt: 2 s, 4 s, 8 s, at most 120 s, less up to half at random.

    The random part spreads retries that would otherwise happen at the same time.
    """
    longest: float = min(_FIRST_BACKOFF_SECONDS * 2 ** (attempt - 1), _MAX_BACKOFF_SECONDS)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311  # spreading retries needs no secrecy
