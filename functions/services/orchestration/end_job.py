"""A job that has done nothing: take its claim, then try another one or give up with a reason (docs/rules.md
rule 8).
"""

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
    """Give the current job up unless a runner has it: then that runner goes on."""
    operation = stored.deployment.operation
    if not claim_job(ctx, operation.id, operation.job):
        return Next.AGAIN
    stop_best_effort(ctx, operation.execution)
    return retry_or_fail(ctx, stored, failure, retry=retry)


def retry_or_fail(ctx: Context, stored: Stored, failure: Failure, *, retry: bool) -> Next:
    """Put the operation back in line for another job while it has attempts left, else end it with the last
    job's failure.

    Only for a job that can never apply: its claim is ours, or its runner is proven dead before the apply
    claim.
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
    mark_not_applied = claim_apply(ctx, operation.id)
    if operation.attempt > 1:
        attempt = f"(attempt {operation.attempt} of {ctx.policy.max_attempts})"
        failure = replace(failure, message=f"{failure.message} {attempt}")
    result = JobResult.by_slipway(Outcome.FAILED, failure, ended_at=now, applied=not mark_not_applied)
    return commit_step(ctx, stored, transitions.ended(deployment, result))


def stop_best_effort(ctx: Context, execution: str | None) -> None:
    """Stop an execution that nobody needs; where that does not work its claim still keeps it from doing
    anything.
    """
    if execution:
        try:
            ctx.launcher.stop(execution)
        except LaunchRefused:
            return


def backoff_seconds(attempt: int) -> float:
    """2 s, 4 s, 8 s … at most 120 s, each with up to half of it taken off at random so that retries
    spread.
    """
    longest: float = min(_FIRST_BACKOFF_SECONDS * 2 ** (attempt - 1), _MAX_BACKOFF_SECONDS)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311  # spreading retries needs no secrecy
