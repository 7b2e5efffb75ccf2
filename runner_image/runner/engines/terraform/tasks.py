"""What each task consists of: its steps in their order, each with the phase that people see."""

from __future__ import annotations

from collections.abc import Callable

from functions.domain.jobs.job_contract import Task
from functions.domain.status import Phase
from runner.engines.terraform.saved_plan import fetch_plan
from runner.engines.terraform.state.recover import check_recovery, recover
from runner.engines.terraform.state.state_removal import remove_state
from runner.engines.terraform.state.unlock import unlock
from runner.engines.terraform.state.workspace import select_workspace
from runner.engines.terraform.steps import apply, goes_on, init, plan, prepare, read_outputs, take_apply_claim
from runner.job import Job

Step = tuple[Phase, Callable[[Job], None]]

_OPEN: tuple[Step, ...] = (
    (Phase.PREPARING, prepare),
    (Phase.PREPARING, select_workspace),
    (Phase.INITIALIZING, init),
)
_BEFORE: dict[Task, tuple[Step, ...]] = {
    Task.PLAN: (*_OPEN, (Phase.PLANNING, plan)),
    Task.APPLY: (*_OPEN, (Phase.PLANNING, plan)),
    Task.APPLY_PLAN: (*_OPEN, (Phase.PLANNING, fetch_plan)),
    Task.UNLOCK: (*_OPEN, (Phase.APPLYING, unlock)),
    Task.RECOVER: (*_OPEN, (Phase.APPLYING, check_recovery)),
}


def steps_before(job: Job) -> tuple[Step, ...]:
    """What is done before anything is claimed."""
    return _BEFORE[job.spec.task]


def steps_after(job: Job) -> tuple[Step, ...]:
    """What follows, once it is known what there is to do."""
    if job.spec.task is Task.RECOVER:
        return ((Phase.APPLYING, take_apply_claim), (Phase.APPLYING, recover))
    if job.spec.task is Task.UNLOCK or not goes_on(job):
        return ()
    applied: tuple[Step, ...] = ((Phase.PLANNING, take_apply_claim), (job.working_phase, apply))
    if job.destroys:
        return (*applied, (job.working_phase, remove_state))
    return (*applied, (Phase.READING_OUTPUTS, read_outputs))
