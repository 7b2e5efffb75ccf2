"""Jobs that go wrong, with the real Terraform: each ends with a verdict that says why, and with its log."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from functions.domain.clock import now
from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import Claim, JobResult, Outcome
from functions.domain.status import Phase, Resources
from local.paths import ROOT
from runner.exit_codes import ExitCode
from tests.eventually import eventually
from tests.runner.job_in_process import ENVIRONMENT
from tests.runner.runner_process import RunnerProcess
from tests.runner.waiting import SLEEPS, failure_of, has_begun, held_until


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
    assert runner.blob(blob_names.apply_claim(runner.operation_id)) is None


def test_a_missing_template_ends_the_job_with_a_reason(runner: RunnerProcess) -> None:
    runner.accept({"main.tf": SLEEPS}, template_digest="0" * 64)

    assert runner.run() == ExitCode.FAILED
    failure = failure_of(runner.result())
    assert failure.code == "template_missing"
    assert failure.message == f"reading the template: there is no blob 'templates/{'0' * 64}'"


def test_a_template_that_was_changed_after_it_was_accepted_is_not_run(runner: RunnerProcess) -> None:
    digest = runner.accept({"main.tf": 'output "as" { value = "accepted" }\n'}).template_digest
    template = blob_names.template_bundle(digest)
    runner.store.overwrite(template, (runner.blob(template) or b"").replace(b"accepted", b"tampered"))

    runner.run()

    assert failure_of(runner.result()).code == "template_unreadable"


def test_a_job_without_a_spec_ends_with_a_reason(runner: RunnerProcess) -> None:
    assert runner.run() == ExitCode.FAILED
    failure = failure_of(runner.result())
    assert failure.code == "spec_missing"
    assert failure.message.startswith("reading the spec of job 1: there is no blob 'operations/")


def test_sealed_parameters_that_are_gone_end_the_job_with_a_reason(runner: RunnerProcess) -> None:
    runner.accept({"main.tf": SLEEPS}, secrets={"password": "no-such-blob"})

    assert runner.run() == ExitCode.FAILED
    failure = failure_of(runner.result())
    assert failure.code == "secrets_missing"
    assert failure.message == "reading the sealed secrets: there is no blob 'no-such-blob'"


def test_an_engine_that_is_not_there_ends_the_job_with_a_reason(runner: RunnerProcess) -> None:
    runner.accept({"main.tf": SLEEPS})

    runner.run(SLIPWAY_ENGINE="no-such-engine")

    failure = failure_of(runner.result())
    assert (failure.code, failure.message) == (
        "engine_missing",
        "starting 'no-such-engine': No such file or directory",
    )


def test_a_second_start_of_a_job_goes_at_once_and_changes_nothing(runner: RunnerProcess) -> None:
    release = runner.folder / "release"
    runner.accept({"main.tf": held_until(release)})
    first = runner.start()
    eventually(lambda: runner.blob(blob_names.job_claim(runner.operation_id, 1)) is not None)

    assert runner.run() == ExitCode.ALREADY_CLAIMED
    assert first.poll() is None
    release.touch()
    assert first.wait(180) == ExitCode.SUCCEEDED
    assert runner.result().outcome is Outcome.SUCCEEDED


def test_nothing_is_applied_where_somebody_took_the_apply_first(runner: RunnerProcess) -> None:
    runner.accept({"main.tf": SLEEPS})
    claim = Claim("slipway", now(), 1, "theirs")
    runner.store.create(blob_names.apply_claim(runner.operation_id), claim.to_json())

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
    release = runner.folder / "release"
    runner.accept({"main.tf": held_until(release)})
    process = runner.start()
    eventually(lambda: has_begun(release))
    declare_lost(runner)
    release.touch()

    assert process.wait(180) == ExitCode.LATE
    assert runner.result().outcome is Outcome.LOST
    assert late_result(runner).outcome is Outcome.SUCCEEDED


def test_an_environment_that_names_no_job_is_refused_with_every_problem(runner: RunnerProcess) -> None:
    assert runner.run(SLIPWAY_JOB="none", SLIPWAY_STORAGE="") == ExitCode.SETTINGS_INVALID
    assert "'SLIPWAY_JOB' must be a whole number from 1" in runner.output
    assert "no storage is set" in runner.output


def test_a_runner_that_reaches_no_storage_says_what_it_was_doing_and_where_to_look(tmp_path: Path) -> None:
    # the real main, with a shorter time-out
    timeout = "import runner.contract.claims as claims; claims._CLAIM_TIMEOUT_SECONDS = 0.1"
    script = f"{timeout}; from runner.__main__ import main; exit(main())"
    storage = "AccountName=made-up;AccountKey=bWFkZSB1cA==;BlobEndpoint=http://127.0.0.1:9/made-up"
    environment = {**ENVIRONMENT, "SLIPWAY_STATE_DIR": str(tmp_path), "SLIPWAY_STORAGE": storage}

    ended = subprocess.run(
        [sys.executable, "-c", script],
        env={**environment, "PYTHONPATH": f"{ROOT}:{ROOT / 'runner_image'}"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == ExitCode.STORAGE_UNAVAILABLE, ended.stderr
    assert "running the job: creating blob 'operations/" in ended.stderr
    assert "check the storage account" in ended.stderr


def declare_lost(runner: RunnerProcess) -> None:
    verdict = JobResult(Outcome.LOST, Resources.UNKNOWN, now(), by="slipway")
    assert runner.store.create(blob_names.job_result(runner.operation_id, 1), verdict.to_json())


def late_result(runner: RunnerProcess) -> JobResult:
    return JobResult.from_json(runner.blob(blob_names.late_result(runner.operation_id, 1)) or b"")


def test_the_log_has_a_long_diagnostic_whole_and_the_result_its_first_4_kib(runner: RunnerProcess) -> None:
    template = """
resource "terraform_data" "long" {
  lifecycle {
    precondition {
      condition     = terraform.workspace == ""
      error_message = join("\\n", [for i in range(1000) : "line ${i} of a long explanation"])
    }
  }
}
"""
    runner.accept({"main.tf": template})

    runner.run()

    (diagnostic,) = failure_of(runner.result()).diagnostics
    assert len(diagnostic["detail"].encode()) <= 4096
    assert diagnostic["detail"].endswith("…")
    lines = runner.log().splitlines()
    assert all(any(line.endswith(f"  line {i} of a long explanation") for line in lines) for i in range(1000))
