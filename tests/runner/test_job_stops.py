"""Jobs that are stopped, killed, or left without storage, with the real Terraform."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import Outcome
from functions.domain.status import Resources
from runner.exit_codes import ExitCode
from tests.azurite import start_azurite
from tests.eventually import eventually
from tests.runner.conftest import make_runner
from tests.runner.runner_process import RunnerProcess
from tests.runner.waiting import (
    SLEEPS,
    children,
    failure_of,
    has_begun,
    held_until,
    sleepers,
    wait_until_sleeping,
)


def test_a_cancel_in_apply_stops_terraform_and_names_what_was_in_flight(runner: RunnerProcess) -> None:
    runner.accept({"main.tf": SLEEPS})
    process = runner.start()
    wait_until_sleeping(runner)

    runner.store.create(blob_names.cancel_request(runner.operation_id), b"{}")

    assert process.wait(180) == ExitCode.CANCELLED
    result = runner.result()
    assert (result.outcome, result.resources) == (Outcome.CANCELLED, Resources.UNKNOWN)
    assert failure_of(result).message == (
        "the operation was cancelled; it was applying, and what became of terraform_data.sleeps is unknown"
    )
    assert '"first"' in runner.state_file.read_text()
    assert sleepers(runner) == []


def test_a_cancel_before_the_apply_leaves_nothing_behind(runner: RunnerProcess) -> None:
    runner.accept({"main.tf": SLEEPS})
    runner.store.create(blob_names.cancel_request(runner.operation_id), b"{}")

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

    assert process.wait(180) == ExitCode.FAILED
    result = runner.result()
    assert (failure_of(result).code, result.resources) == ("runner_stopped", Resources.UNKNOWN)
    assert '"first"' in runner.state_file.read_text()
    assert sleepers(runner) == []


def test_a_terraform_that_is_killed_fails_the_job_and_hangs_nothing(runner: RunnerProcess) -> None:
    runner.accept({"main.tf": SLEEPS})
    process = runner.start()
    wait_until_sleeping(runner)

    os.kill(children(process.pid)[0], signal.SIGKILL)

    assert process.wait(180) == ExitCode.FAILED
    result = runner.result()
    failure = failure_of(result)
    assert (failure.code, result.resources) == ("apply_failed", Resources.UNKNOWN)
    assert failure.message.startswith("terraform apply was ended by signal 9; ")
    assert "terraform_data.sleeps" in failure.message
    assert sleepers(runner) == []


def test_a_storage_that_goes_away_meanwhile_loses_neither_verdict_nor_log(tmp_path: Path) -> None:
    from local.stack.storage import create_storage

    folder = tmp_path / "azurite"
    folder.mkdir()
    azurite = start_azurite(folder)
    try:
        create_storage(azurite.connection_string)
        runner = make_runner(azurite.connection_string, tmp_path)
        release = runner.folder / "release"
        runner.accept({"main.tf": held_until(release)})
        process = runner.start()
        eventually(lambda: has_begun(release))
        azurite.stop()
        release.touch()
        # the verdict is made, and nowhere to go
        spool = runner.folder / "work" / f"{runner.operation_id}-1" / "log.spool"
        eventually(lambda: "== succeeded" in spool.read_text())
        azurite = azurite.restart()

        assert process.wait(180) == ExitCode.SUCCEEDED
        assert runner.result().outcome is Outcome.SUCCEEDED
        messages = [line.partition(" ")[2] for line in runner.log().splitlines()]
        assert "Apply complete! Resources: 301 added, 0 changed, 0 destroyed." in messages
        assert messages[-1] == "== succeeded"
        runner.close()
    finally:
        azurite.stop()
