"""What `init` made for a plan is taken over by the job that applies it, where that is safe."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import JobResult, Outcome, Task
from runner.engines.terraform.saved_init import SavedInit
from tests.runner.runner_process import RunnerProcess

TEMPLATE = {
    "main.tf": """
resource "terraform_data" "a" { input = "one" }
output "word" { value = terraform_data.a.output }
"""
}
MODULE = {
    "main.tf": 'module "m" { source = "./m" }\noutput "word" { value = module.m.word }\n',
    "m/main.tf": TEMPLATE["main.tf"],
}
TAKEN_OVER = "backend and providers are as the plan's job left them"
INITIALIZED = "Terraform has been successfully initialized!"


def plan(runner: RunnerProcess, files: dict[str, str]) -> JobResult:
    runner.accept(files, task=Task.PLAN)
    runner.run()
    return runner.result()


def apply(runner: RunnerProcess, files: dict[str, str], planned: JobResult) -> tuple[JobResult, str]:
    """Apply the plan by another job; gives its result and its log."""
    assert planned.plan is not None, planned.failure
    runner.accept(files, job=2, task=Task.APPLY_PLAN, plan=planned.plan)
    runner.run(job=2)
    log = runner.blob(blob_names.log(runner.operation_id, 2))
    assert log is not None
    return runner.result(2), log.decode()


def saved(runner: RunnerProcess) -> SavedInit:
    name = blob_names.saved_init(runner.operation_id, 1)
    sealed = runner.blob(name)
    assert sealed is not None
    return SavedInit.from_json(runner.box.open(sealed, name=name))


def save(runner: RunnerProcess, value: SavedInit) -> None:
    name = blob_names.saved_init(runner.operation_id, 1)
    runner.store.overwrite(name, runner.box.seal(value.to_json(), name=name))


def test_an_approved_plan_is_applied_without_a_second_init(runner: RunnerProcess) -> None:
    result, log = apply(runner, TEMPLATE, plan(runner, TEMPLATE))

    assert (result.outcome, result.outputs) == (Outcome.SUCCEEDED, {"word": "one"}), result.failure
    assert TAKEN_OVER in log
    assert INITIALIZED not in log


@pytest.mark.parametrize(
    "files",
    [MODULE, {**TEMPLATE, ".terraform.lock.hcl": "# of the template's author\n"}],
    ids=["a module was installed", "the template's own lock file is to be checked"],
)
def test_init_runs_again_where_it_does_more_than_repeat(runner: RunnerProcess, files: dict[str, str]) -> None:
    planned = plan(runner, files)

    result, log = apply(runner, files, planned)

    assert (result.outcome, result.outputs) == (Outcome.SUCCEEDED, {"word": "one"}), result.failure
    assert runner.blob(blob_names.saved_init(runner.operation_id, 1)) is None
    assert INITIALIZED in log


@pytest.mark.parametrize(
    "change",
    [
        {"backend_block": {"path": "/elsewhere"}},
        {"packages": ("registry.terraform.io/hashicorp/aws/5.100.0/linux_amd64",)},
        {"packages": ("../../../../etc",)},
    ],
    ids=["another backend", "a provider that this runner's mirror lacks", "a path out of the mirror"],
)
def test_what_does_not_fit_this_runner_is_not_taken_over(
    runner: RunnerProcess, change: dict[str, Any]
) -> None:
    planned = plan(runner, TEMPLATE)
    save(runner, replace(saved(runner), **change))

    result, log = apply(runner, TEMPLATE, planned)

    assert result.outcome is Outcome.SUCCEEDED, result.failure
    assert INITIALIZED in log


def test_what_was_tampered_with_is_not_taken_over_and_the_log_says_so(runner: RunnerProcess) -> None:
    planned = plan(runner, TEMPLATE)
    runner.store.overwrite(blob_names.saved_init(runner.operation_id, 1), b"not sealed by this key")

    result, log = apply(runner, TEMPLATE, planned)

    assert result.outcome is Outcome.SUCCEEDED, result.failure
    assert "running init anew: " in log
    assert INITIALIZED in log
