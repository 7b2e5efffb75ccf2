"""Runs `terraform plan`, and `terraform show` where somebody has to approve the plan."""

from __future__ import annotations

import json

from functions.domain.failures import Failure, FailureCode
from functions.domain.jobs.job_contract import Task
from runner.engines.terraform.plan_summary import marked_texts, summary_of_plan, summary_of_stream
from runner.engines.terraform.saved_init import save_init
from runner.engines.terraform.saved_plan import save_terraform_plan
from runner.engines.terraform.session import TerraformSession
from runner.engines.terraform.state.locks import check_unlocked
from runner.errors import JobStopped, StepFailed
from runner.shared_steps import publish_summary


def plan(session: TerraformSession) -> None:
    """Plan the changes and publish a summary; if somebody has to approve it, in detail, and save the plan."""
    job = session.job
    stream = session.stream()
    files = [f"-var-file={session.variables}", f"-out={session.plan}"]
    if job.is_destroy:
        files.append("-destroy")
    # docs/rules.md rule 11: operations run one by one, and the apply checks the serial under its lock.
    result = session.cli.stream("plan", "-input=false", "-lock=false", *files, stop=job.stop, into=stream)
    check_unlocked(session, stream)
    session.cli.check(result, "plan", stream)
    job.progress.changes = stream.changes
    job.progress.plan_is_empty = not stream.planned and not stream.planned_outputs
    if job.spec.task is Task.PLAN:
        plan_json = _show(session)
        publish_summary(job, summary_of_plan(plan_json, stream, job.redact))
        # The plan of a dry run is never applied.
        if job.spec.kind.changes_resources and not job.should_apply:
            save_init(session)
            save_terraform_plan(session, marked_texts(plan_json))
    else:
        publish_summary(job, summary_of_stream(stream))


def _show(session: TerraformSession) -> dict[str, object]:
    result, output = session.cli.read("show", "-json", str(session.plan), stop=session.job.stop)
    command = session.cli.name("show")
    if result.stopped is not None:
        raise JobStopped(result.stopped, command)
    try:
        plan_json = json.loads(output) if result.returncode == 0 else None
    except ValueError:
        plan_json = None
    if not isinstance(plan_json, dict):
        raise StepFailed(Failure(FailureCode.PLAN_UNREADABLE, f"{command} {result} and showed no plan"))
    return plan_json
