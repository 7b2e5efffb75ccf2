"""Jobs that go wrong, with the real Terraform: each ends with a verdict that says why, and with its log."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from functions.domain import artifacts
from functions.domain.clock import now
from functions.domain.job import Claim, Failure, JobResult, Outcome
from functions.domain.status import Phase, Resources
from runner.exit_codes import ExitCode
from tests.azurite import start_azurite
from tests.runner.conftest import make_runner
from tests.runner.runner_process import RunnerProcess

SLEEPS = """
resource "terraform_data" "first" {}
resource "terraform_data" "sleeps" {
  depends_on = [terraform_data.first]
  provisioner "local-exec" {
    command = "exec sleep 30"
  }
}
output "done" { value = terraform_data.sleeps.id }
"""
SLEEPS_A_LITTLE = SLEEPS.replace("sleep 30", "sleep 3")


def test_a_failing_apply_reports_terraforms_own_diagnostics(runner: RunnerProcess) -> None:
    template = """
resource "terraform_data" "fine" {}
resource "terraform_data" "breaks" {
  depends_on = [terraform_data.fine]
  provisioner "local-exec" {
    command = "echo about to break; exit 7"
  }
}
"""
    runner.accept({"main.tf": template})

    assert runner.run() == ExitCode.FAILED

    result = runner.result()
    failure = failure_of(result)
    assert (result.outcome, result.resources) == (Outcome.FAILED, Resources.SOME)
    assert failure.code == "apply_failed"
    assert failure.message == "terraform apply ended with exit code 1: local-exec provisioner error"
    (diagnostic,) = failure.diagnostics
    assert "exit status 7" in diagnostic.pop("detail")
    assert diagnostic == {
        "severity": "error",
        "summary": "local-exec provisioner error",
        "file": "main.tf",
        "line": 5,
        "address": "terraform_data.breaks",
    }
    assert result.state is not None
    assert "about to break" in runner.log()
    assert "Error: local-exec provisioner error" in runner.log()


def test_a_template_that_terraform_cannot_read_fails_in_init(runner: RunnerProcess) -> None:
    runner.accept({"main.tf": 'resource "terraform_data" "a" {\n  input = \n}\n'})

    runner.run()

    result = runner.result()
    failure = failure_of(result)
    assert (failure.code, result.phase, result.resources) == (
        "init_failed",
        Phase.INITIALIZING,
        Resources.NONE,
    )
    assert failure.message == "terraform init ended with exit code 1: Invalid expression"
    assert (failure.diagnostics[0]["file"], failure.diagnostics[0]["line"]) == ("main.tf", 2)


def test_a_value_that_the_template_refuses_fails_in_plan(runner: RunnerProcess) -> None:
    template = """
variable "size" {
  type = number
  validation {
    condition     = var.size > 0
    error_message = "The size must be positive."
  }
}
"""
    runner.accept({"main.tf": template}, parameters={"size": 0})

    runner.run()

    failure = failure_of(runner.result())
    assert failure.code == "plan_failed"
    assert "The size must be positive." in failure.diagnostics[0]["detail"]
    assert runner.blob(artifacts.apply_claim(runner.operation_id)) is None


def test_a_missing_template_ends_the_job_with_a_reason(runner: RunnerProcess) -> None:
    runner.accept({"main.tf": SLEEPS}, template_digest="0" * 64)

    assert runner.run() == ExitCode.FAILED
    assert failure_of(runner.result()).code == "template_missing"


def test_a_template_that_was_changed_after_it_was_accepted_is_not_run(runner: RunnerProcess) -> None:
    digest = runner.accept({"main.tf": 'output "as" { value = "accepted" }\n'}).template_digest
    template = artifacts.template_bundle(digest)
    runner.store.overwrite(template, (runner.blob(template) or b"").replace(b"accepted", b"tampered"))

    runner.run()

    assert failure_of(runner.result()).code == "template_unreadable"


def test_a_job_without_a_spec_ends_with_a_reason(runner: RunnerProcess) -> None:
    assert runner.run() == ExitCode.FAILED
    assert failure_of(runner.result()).code == "spec_missing"


def test_an_engine_that_is_not_there_ends_the_job_with_a_reason(runner: RunnerProcess) -> None:
    runner.accept({"main.tf": SLEEPS})

    runner.run(SLIPWAY_ENGINE="no-such-engine")

    failure = failure_of(runner.result())
    assert (failure.code, failure.message) == (
        "engine_missing",
        "starting 'no-such-engine': No such file or directory",
    )


def test_a_second_start_of_a_job_goes_at_once_and_changes_nothing(runner: RunnerProcess) -> None:
    runner.accept({"main.tf": SLEEPS_A_LITTLE})
    first = runner.start()
    wait_until(lambda: runner.blob(artifacts.job_claim(runner.operation_id, 1)) is not None)

    assert runner.run() == ExitCode.ALREADY_CLAIMED
    assert first.poll() is None
    assert first.wait(60) == ExitCode.SUCCEEDED
    assert runner.result().outcome is Outcome.SUCCEEDED


def test_nothing_is_applied_where_somebody_took_the_apply_first(runner: RunnerProcess) -> None:
    runner.accept({"main.tf": SLEEPS})
    claim = Claim("slipway", now(), 1, "theirs")
    runner.store.create(artifacts.apply_claim(runner.operation_id), claim.to_json())

    assert runner.run() == ExitCode.FAILED

    result = runner.result()
    assert (failure_of(result).code, result.resources) == ("superseded", Resources.NONE)
    assert not runner.state_file.exists()


def test_a_runner_that_was_declared_lost_before_its_apply_applies_nothing(runner: RunnerProcess) -> None:
    runner.accept({"main.tf": SLEEPS})
    declare_lost(runner)

    assert runner.run() == ExitCode.LATE
    assert runner.result().outcome is Outcome.LOST
    assert failure_of(late_result(runner)).code == "superseded"
    assert not runner.state_file.exists()


def test_a_runner_that_was_declared_lost_in_its_apply_leaves_a_late_result(runner: RunnerProcess) -> None:
    runner.accept({"main.tf": SLEEPS_A_LITTLE})
    process = runner.start()
    wait_until_sleeping(runner)
    declare_lost(runner)

    assert process.wait(60) == ExitCode.LATE
    assert runner.result().outcome is Outcome.LOST
    assert late_result(runner).outcome is Outcome.SUCCEEDED


def test_a_cancel_in_apply_stops_terraform_and_names_what_was_in_flight(runner: RunnerProcess) -> None:
    runner.accept({"main.tf": SLEEPS})
    process = runner.start()
    wait_until_sleeping(runner)

    runner.store.create(artifacts.cancel_request(runner.operation_id), b"{}")

    assert process.wait(10) == ExitCode.CANCELLED
    result = runner.result()
    assert (result.outcome, result.resources) == (Outcome.CANCELLED, Resources.UNKNOWN)
    assert failure_of(result).message == (
        "the operation was cancelled; it was applying, and what became of terraform_data.sleeps is unknown"
    )
    assert '"first"' in runner.state_file.read_text()
    assert sleepers(runner) == []


def test_a_cancel_before_the_apply_leaves_nothing_behind(runner: RunnerProcess) -> None:
    runner.accept({"main.tf": SLEEPS})
    runner.store.create(artifacts.cancel_request(runner.operation_id), b"{}")

    assert runner.run() == ExitCode.CANCELLED

    result = runner.result()
    assert (result.outcome, result.resources) == (Outcome.CANCELLED, Resources.NONE)
    assert (
        failure_of(result).message == "the operation was cancelled; it was planning, and nothing was applied"
    )
    assert not runner.state_file.exists()


def test_a_command_that_takes_too_long_is_stopped_and_the_limit_named(runner: RunnerProcess) -> None:
    runner.accept({"main.tf": SLEEPS}, command_seconds=2)

    assert runner.run() == ExitCode.FAILED

    result = runner.result()
    failure = failure_of(result)
    assert (failure.code, result.resources) == ("command_time_limit", Resources.UNKNOWN)
    assert failure.message.startswith("'terraform apply' reached its limit of 2 s (SLIPWAY_COMMAND_SECONDS")


def test_a_job_that_takes_too_long_is_stopped_and_the_limit_named(runner: RunnerProcess) -> None:
    runner.accept({"main.tf": SLEEPS}, job_seconds=3)

    runner.run()

    failure = failure_of(runner.result())
    assert failure.code == "job_time_limit"
    assert failure.message.startswith("the job reached its limit of 3 s (SLIPWAY_JOB_SECONDS")


def test_a_runner_that_is_told_to_stop_ends_terraform_in_good_order(runner: RunnerProcess) -> None:
    runner.accept({"main.tf": SLEEPS})
    process = runner.start()
    wait_until_sleeping(runner)

    process.terminate()

    assert process.wait(10) == ExitCode.FAILED
    result = runner.result()
    assert (failure_of(result).code, result.resources) == ("runner_stopped", Resources.UNKNOWN)
    assert '"first"' in runner.state_file.read_text()
    assert sleepers(runner) == []


def test_a_terraform_that_is_killed_fails_the_job_and_hangs_nothing(runner: RunnerProcess) -> None:
    runner.accept({"main.tf": SLEEPS})
    process = runner.start()
    wait_until_sleeping(runner)

    os.kill(children(process.pid)[0], signal.SIGKILL)

    assert process.wait(10) == ExitCode.FAILED
    result = runner.result()
    failure = failure_of(result)
    assert (failure.code, result.resources) == ("apply_failed", Resources.UNKNOWN)
    assert failure.message.startswith("terraform apply was ended by signal 9; ")
    assert "terraform_data.sleeps" in failure.message
    assert sleepers(runner) == []


def test_a_storage_that_goes_away_meanwhile_loses_neither_verdict_nor_log(tmp_path: Path) -> None:
    from local.storage import create_storage

    folder = tmp_path / "azurite"
    folder.mkdir()
    azurite = start_azurite(folder)
    try:
        create_storage(azurite.connection_string)
        runner = make_runner(azurite.connection_string, tmp_path)
        runner.accept({"main.tf": SLEEPS_A_LITTLE})
        process = runner.start()
        wait_until_sleeping(runner)
        azurite.stop()
        # longer than what is left of the apply
        time.sleep(5)
        azurite = azurite.restart()

        assert process.wait(60) == ExitCode.SUCCEEDED
        assert runner.result().outcome is Outcome.SUCCEEDED
        said = [line.partition(" ")[2] for line in runner.log().splitlines()]
        assert "Apply complete! Resources: 2 added, 0 changed, 0 destroyed." in said
        assert said[-1] == "== succeeded"
        runner.close()
    finally:
        azurite.stop()


def test_an_environment_that_names_no_job_is_refused_with_every_problem(runner: RunnerProcess) -> None:
    assert runner.run(SLIPWAY_JOB="none", SLIPWAY_STORAGE="") == ExitCode.SETTINGS_INVALID
    assert "'SLIPWAY_JOB' is 'none'" in runner.output
    assert "no storage is set" in runner.output


def failure_of(result: JobResult) -> Failure:
    assert result.failure is not None
    return result.failure


def declare_lost(runner: RunnerProcess) -> None:
    verdict = JobResult(Outcome.LOST, Resources.UNKNOWN, now(), by="slipway")
    assert runner.store.create(artifacts.job_result(runner.operation_id, 1), verdict.to_json())


def late_result(runner: RunnerProcess) -> JobResult:
    return JobResult.from_json(runner.blob(artifacts.late_result(runner.operation_id, 1)) or b"")


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def wait_until_sleeping(runner: RunnerProcess) -> None:
    """Until the apply is at its sleep, and the state has what came before."""
    wait_until(lambda: bool(sleepers(runner)))


def sleepers(runner: RunnerProcess) -> list[int]:
    """The processes that sleep in the runner's work folder."""
    listed = subprocess.run(["ps", "-eo", "pid=,comm="], capture_output=True, text=True, check=True)
    pids = [int(line.split()[0]) for line in listed.stdout.splitlines() if line.split()[1] == "sleep"]
    return [pid for pid in pids if _folder_of(pid).startswith(str(runner.folder))]


def _folder_of(pid: int) -> str:
    try:
        return str(Path(f"/proc/{pid}/cwd").readlink())
    except OSError:
        return ""


def children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    return [child for child, parent in pairs if parent == pid]
