"""The one place that moves a deployment on (decision 0001). Every trigger calls it, as often as it likes:
it reads where the deployment stands and takes the next step, and does nothing where there is none.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from functions.domain import artifacts
from functions.domain.deployment import Deployment
from functions.domain.errors import ConcurrentChange, IllegalTransition
from functions.domain.job import JobResult
from functions.domain.status import OperationStatus
from functions.ports import Stored
from functions.services.active_entries import park_waiting
from functions.services.context import Context
from functions.services.expire_approval import expire_approval
from functions.services.expire_deployment import expire_deployment
from functions.services.finish import finish, strike_off
from functions.services.observe_job import observe_job
from functions.services.start_job import start_job

log = logging.getLogger("slipway.advance")

# Enough for two operations: start, launch, result, finish, with a lost race before each; the watchdog looks
# again anyway.
_MOST_STEPS = 24

ABANDONED_ENTRY = timedelta(minutes=10)
"""An `active` entry whose deployment never came is dropped after this long (docs/rules.md rule 1)."""


def advance(ctx: Context, deployment_id: str, *, watch: bool = False) -> None:
    """Take every step that can be taken now. `watch` says that this is the watchdog's bell, which re-sends
    itself.

    Raises StorageUnavailable where storage does not answer; whatever was done stands, and the next call
    goes on.
    """
    seen = _Seen()
    for _ in range(_MOST_STEPS):
        stored = ctx.store.get(deployment_id)
        if stored is None:
            log.info("advancing deployment '%s': there is none yet", deployment_id)
            return
        try:
            seen.tidy(ctx, stored.deployment)
            if not _step(ctx, stored, watch=watch):
                return
        except (ConcurrentChange, IllegalTransition):
            log.info("advancing deployment '%s': somebody else moved it first", deployment_id)
    log.warning("advancing deployment '%s': it keeps moving, the watchdog will look again", deployment_id)


class _Seen:
    """What the looks before this one have seen, so that entries follow when the turn goes on."""

    def __init__(self) -> None:
        self._unfinished: set[str] = set()
        self._has_turn: str | None = None

    def tidy(self, ctx: Context, deployment: Deployment) -> None:
        """Strike off who has ended since the last look, park who gave the turn back."""
        unfinished = {operation.id for operation in deployment.unfinished}
        has_turn = deployment.operation.id
        if self._has_turn in unfinished and self._has_turn != has_turn:
            park_waiting(ctx, deployment)
        strike_off(ctx, self._unfinished - unfinished - {has_turn})
        self._unfinished, self._has_turn = unfinished, has_turn


def _step(ctx: Context, stored: Stored, *, watch: bool) -> bool:
    """True if there may be more to do at once."""
    deployment = stored.deployment
    if deployment.forgotten_at:
        return False
    if expire_approval(ctx, stored) or expire_deployment(ctx, stored):
        return True
    status = deployment.operation.status
    if status is OperationStatus.PENDING:
        return start_job(ctx, stored)
    if status is OperationStatus.RUNNING:
        return observe_job(ctx, stored, watch=watch)
    if status is OperationStatus.AWAITING_APPROVAL:
        park_waiting(ctx, deployment)
        finish(ctx, deployment, ())
        return False
    _keep_late_result(ctx, stored)
    finish(ctx, deployment, (deployment.operation.id,))
    return False


def _keep_late_result(ctx: Context, stored: Stored) -> None:
    """Note, once, that a runner which had been given up has spoken after all."""
    operation = stored.deployment.operation
    if operation.error is None or operation.error.code != "runner_lost" or operation.late_result:
        return
    name = artifacts.late_result(operation.id, operation.job)
    late = ctx.artifacts.read(name)
    if late is not None:
        outcome = JobResult.from_json(late.data).outcome
        ctx.store.commit(stored, stored.deployment.late_result(ctx.now(), outcome=outcome, artifact=name))
