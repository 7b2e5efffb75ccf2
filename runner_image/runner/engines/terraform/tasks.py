"""The steps of each of Terraform's tasks."""

from __future__ import annotations

from functions.domain.jobs.job_contract import Task
from functions.domain.status import Phase
from runner.engines.base import Engine, Step, Steps
from runner.engines.terraform.saved_plan import fetch_plan
from runner.engines.terraform.session import TerraformSession, open_session
from runner.engines.terraform.state.recover import check_recovery, recover
from runner.engines.terraform.state.state_removal import remove_state
from runner.engines.terraform.state.unlock import unlock
from runner.engines.terraform.state.workspace import select_workspace
from runner.engines.terraform.steps.apply import apply
from runner.engines.terraform.steps.init import init, init_as_planned
from runner.engines.terraform.steps.outputs import read_outputs
from runner.engines.terraform.steps.plan import plan
from runner.engines.terraform.steps.prepare import prepare

TerraformSteps = tuple[Step[TerraformSession], ...]

_PREPARE: TerraformSteps = ((Phase.PREPARING, prepare), (Phase.PREPARING, select_workspace))
_OPEN: TerraformSteps = (*_PREPARE, (Phase.INITIALIZING, init))
_OPEN_PLANNED: TerraformSteps = (*_PREPARE, (Phase.INITIALIZING, init_as_planned))
_APPLY: TerraformSteps = ((Phase.APPLYING, apply), (Phase.READING_OUTPUTS, read_outputs))
_DESTROY: TerraformSteps = ((Phase.DESTROYING, apply), (Phase.DESTROYING, remove_state))
_PLAN = Steps((*_OPEN, (Phase.PLANNING, plan)), _APPLY, _DESTROY)

TERRAFORM = Engine(
    name="terraform",
    tasks={
        Task.PLAN: _PLAN,
        Task.APPLY: _PLAN,
        Task.APPLY_PLAN: Steps((*_OPEN_PLANNED, (Phase.PLANNING, fetch_plan)), _APPLY, _DESTROY),
        Task.UNLOCK: Steps((*_OPEN, (Phase.APPLYING, unlock))),
        Task.RECOVER: Steps((*_OPEN, (Phase.APPLYING, check_recovery)), ((Phase.APPLYING, recover),)),
    },
    open=open_session,
)
