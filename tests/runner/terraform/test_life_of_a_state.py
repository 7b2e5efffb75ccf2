"""Plan, apply of exactly that plan, change and destroy, by the real runner with the real Terraform."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import Heartbeat, JobResult, Outcome, Task
from functions.domain.status import OperationKind, Phase, Resources
from runner.exit_codes import ExitCode
from tests.eventually import eventually
from tests.runner.runner_process import RunnerProcess
from tests.runner.waiting import held_until

TEMPLATE = """
variable "word" {
  type    = string
  default = "one"
}
variable "password" {
  type      = string
  sensitive = true
  default   = ""
}
resource "terraform_data" "a" { input = var.word }
resource "terraform_data" "b" { input = var.password }
output "word" { value = terraform_data.a.output }
output "password" {
  value     = terraform_data.b.output
  sensitive = true
}
"""


def operation(runner: RunnerProcess, number: int) -> str:
    return f"{runner.operation_id.rpartition('-')[0]}-{number}"


def run(runner: RunnerProcess, number: int, job: int = 1, **spec: Any) -> JobResult:
    """One job of one operation."""
    operation_id = operation(runner, number)
    runner.accept({"main.tf": TEMPLATE}, operation_id=operation_id, job=job, **spec)
    runner.run(job=job, operation_id=operation_id)
    return runner.result(job, operation_id)


def approved(runner: RunnerProcess, number: int, **spec: Any) -> JobResult:
    """A plan job, then the job that applies its plan."""
    planned = run(runner, number, 1, task=Task.PLAN, **spec)
    assert planned.plan is not None, planned.failure
    return run(runner, number, 2, task=Task.APPLY_PLAN, plan=planned.plan, **spec)


def test_a_plan_changes_nothing_and_is_kept_sealed_with_what_identifies_it(runner: RunnerProcess) -> None:
    result = run(runner, 1, task=Task.PLAN)

    assert (result.outcome, result.applied) == (Outcome.SUCCEEDED, False)
    assert result.changes is not None
    assert result.changes["add"] == 2
    assert result.plan is not None
    assert (result.plan.job, result.plan.serial, result.plan.engine_version) == (
        1,
        0,
        result.engine_version,
    )
    sealed = runner.blob(blob_names.saved_plan(runner.operation_id, 1))
    assert sealed is not None
    assert not sealed.startswith(b"PK")
    assert runner.box.open(sealed, name=blob_names.saved_plan(runner.operation_id, 1)).startswith(b"PK")


def test_exactly_the_plan_that_was_approved_is_applied(runner: RunnerProcess) -> None:
    result = approved(runner, 1, parameters={"word": "two"})

    assert (result.outcome, result.applied) == (Outcome.SUCCEEDED, True)
    assert result.outputs == {"word": "two"}
    assert result.resources is Resources.SOME


def test_a_plan_shows_which_attributes_change(runner: RunnerProcess) -> None:
    run(runner, 1)
    run(runner, 2, task=Task.PLAN, parameters={"word": "two"})

    summary = json.loads(runner.blob(blob_names.plan_summary(operation(runner, 2), 1)) or b"")

    (resource,) = summary["resources"]
    assert (resource["address"], resource["action"]) == ("terraform_data.a", "update")
    assert {"name": "input", "before": "one", "after": "two"} in resource["attributes"]


def test_a_state_that_moved_since_the_plan_makes_it_stale_and_nothing_is_applied(
    runner: RunnerProcess,
) -> None:
    planned = run(runner, 1, task=Task.PLAN)
    run(runner, 2, parameters={"word": "meanwhile"})
    before = runner.state_file.read_text()

    result = run(runner, 1, 2, task=Task.APPLY_PLAN, plan=planned.plan)

    assert result.failure is not None
    assert (result.failure.code, result.applied) == ("plan_stale", False)
    assert runner.state_file.read_text() == before


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"engine_version": "0.0.1"}, "engine version"),
        ({"sha256": "0" * 64}, "plan file"),
        ({"template_digest": "0" * 64}, "template"),
        ({"providers": {"registry.example/made/up": "1.0.0"}}, "provider versions"),
        ({"parameters_digest": "0" * 64}, "parameters"),
    ],
)
def test_whatever_differs_from_what_was_approved_makes_it_stale(
    runner: RunnerProcess, changes: dict[str, Any], what: str
) -> None:
    planned = run(runner, 1, task=Task.PLAN)
    assert planned.plan is not None

    result = run(runner, 1, 2, task=Task.APPLY_PLAN, plan=replace(planned.plan, **changes))

    assert result.failure is not None
    assert result.failure.code == "plan_stale"
    assert what in result.failure.message
    assert not runner.state_file.exists()


def test_a_plan_that_was_tampered_with_is_not_applied(runner: RunnerProcess) -> None:
    planned = run(runner, 1, task=Task.PLAN)
    name = blob_names.saved_plan(runner.operation_id, 1)
    sealed = bytearray(runner.blob(name) or b"")
    sealed[-1] ^= 1
    runner.store.overwrite(name, bytes(sealed))

    result = run(runner, 1, 2, task=Task.APPLY_PLAN, plan=planned.plan)

    assert result.failure is not None
    assert (result.failure.code, result.applied) == ("plan_unreadable", False)


def test_a_plan_that_changes_nothing_goes_on_by_itself(runner: RunnerProcess) -> None:
    run(runner, 1)

    result = run(runner, 2, task=Task.PLAN)

    assert (result.outcome, result.applied, result.plan) == (Outcome.SUCCEEDED, True, None)
    assert result.outputs == {"word": "one"}


def test_a_dry_run_never_goes_on(runner: RunnerProcess) -> None:
    run(runner, 1)

    result = run(runner, 2, task=Task.PLAN, kind=OperationKind.PLAN)

    assert (result.outcome, result.applied, result.plan) == (Outcome.SUCCEEDED, False, None)
    assert runner.blob(blob_names.saved_plan(operation(runner, 2), 1)) is None


def test_a_destroy_leaves_no_state_behind_but_a_sealed_copy(runner: RunnerProcess) -> None:
    run(runner, 1)

    result = run(runner, 2, kind=OperationKind.DESTROY)

    assert (result.outcome, result.resources) == (Outcome.SUCCEEDED, Resources.NONE)
    assert not runner.state_file.parent.parent.exists()
    assert result.state_copy is not None
    copy = runner.box.open(runner.blob(result.state_copy) or b"", name=result.state_copy)
    assert json.loads(copy)["lineage"]


def test_destroying_twice_is_harmless(runner: RunnerProcess) -> None:
    run(runner, 1)
    run(runner, 2, kind=OperationKind.DESTROY)

    result = run(runner, 3, kind=OperationKind.DESTROY)

    assert (result.outcome, result.resources) == (Outcome.SUCCEEDED, Resources.NONE)


def test_an_approved_destroy_destroys(runner: RunnerProcess) -> None:
    run(runner, 1)

    result = approved(runner, 2, kind=OperationKind.DESTROY)

    assert (result.outcome, result.resources) == (Outcome.SUCCEEDED, Resources.NONE)


def test_a_plan_of_three_hundred_resources_is_shown_and_applied(runner: RunnerProcess) -> None:
    release = runner.folder / "release"
    template = held_until(release)
    runner.accept({"main.tf": template}, task=Task.PLAN)
    runner.run()
    planned = runner.result()
    summary = json.loads(runner.blob(blob_names.plan_summary(runner.operation_id, 1)) or b"")
    assert len(summary["resources"]) == 301

    runner.accept({"main.tf": template}, job=2, task=Task.APPLY_PLAN, plan=planned.plan)
    process = runner.start(job=2)

    eventually(lambda: progress(runner, 2) == (300, 301))
    release.touch()
    assert process.wait(180) == ExitCode.SUCCEEDED
    assert runner.result(2).outcome is Outcome.SUCCEEDED


def progress(runner: RunnerProcess, job: int) -> tuple[int, int | None]:
    """What a job's heartbeat says is done, and of how many."""
    beat = runner.blob(blob_names.heartbeat(runner.operation_id, job))
    shown = Heartbeat.from_json(beat) if beat else Heartbeat(Phase.STARTING)
    return shown.done, shown.total


def test_a_megabyte_of_outputs_comes_through(runner: RunnerProcess) -> None:
    template = 'output "long" { value = join("", [for i in range(1024) : format("%01024d", i)]) }\n'
    runner.accept({"main.tf": template})

    runner.run()

    assert len(runner.result().outputs["long"]) == 1024 * 1024
