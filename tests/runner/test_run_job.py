from __future__ import annotations

from pathlib import Path

import pytest

from functions.domain.errors import StorageUnavailable
from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import Outcome, Task
from functions.domain.status import Phase, Resources
from runner.engines.base import Engine, Steps
from runner.engines.terraform.state.errored_state_file import ErroredState
from runner.exit_codes import ExitCode
from runner.job import Job
from runner.process.stop import StopReason
from tests.fakes import MemoryArtifactStore
from tests.runner.job_in_process import DEPLOYMENT, OPERATION, JobInProcess


@pytest.fixture
def job(tmp_path: Path) -> JobInProcess:
    return JobInProcess(tmp_path)


def test_any_engine_that_speaks_like_terraform_will_do(job: JobInProcess) -> None:
    assert job.run("engine_ok") == ExitCode.SUCCEEDED

    result = job.result()
    assert (result.outcome, result.resources, result.engine_version) == (
        Outcome.SUCCEEDED,
        Resources.SOME,
        "9.9.9",
    )
    assert result.outputs == {"name": "made-up"}
    assert result.state is not None
    assert (result.state.serial, result.state.lineage) == (3, "made-up")


@pytest.mark.parametrize(
    ("engine", "phase"), [("engine_slow_init", Phase.INITIALIZING), ("engine_slow_plan", Phase.PLANNING)]
)
def test_a_cancel_before_the_apply_ends_the_command_at_once(
    job: JobInProcess, engine: str, phase: Phase
) -> None:
    job.once(job.has_begun, lambda: job.stop.request(StopReason.CANCELLED))

    assert job.run(engine) == ExitCode.CANCELLED
    result = job.result()
    assert (result.phase, result.resources) == (phase, Resources.NONE)
    assert job.store.read(blob_names.apply_claim(OPERATION)) is None


def test_a_cancel_request_in_storage_is_seen_while_a_command_runs(job: JobInProcess) -> None:
    job.once(job.has_begun, lambda: job.store.create(blob_names.cancel_request(OPERATION), b"{}"))

    assert job.run("engine_slow_plan") == ExitCode.CANCELLED


def test_an_engine_that_does_not_stop_is_killed_after_the_grace(job: JobInProcess) -> None:
    job.once(lambda: job.in_flight() == ("a.b",), lambda: job.stop.request(StopReason.CANCELLED))

    assert job.run("engine_stubborn") == ExitCode.CANCELLED

    result = job.result()
    assert result.resources is Resources.UNKNOWN
    assert result.failure is not None
    assert result.failure.message.endswith("what became of a.b is unknown")


def test_a_state_that_could_not_be_written_is_kept_sealed(job: JobInProcess) -> None:
    assert job.run("engine_without_state") == ExitCode.FAILED

    result = job.result()
    assert result.errored_state == blob_names.errored_state(OPERATION, 1)
    kept = ErroredState.from_json(job.opened(result.errored_state))
    assert (kept.state, kept.base_state) == (b'{"serial":4}\n', None)
    assert result.resources is Resources.UNKNOWN
    assert result.failure is not None
    assert result.failure.message == (
        "engine_without_state apply ended with exit code 1: Failed to save state; "
        "the state could not be written and is kept, sealed: "
        f"POST /deployments/{DEPLOYMENT}/recover writes it once the backend is there again"
    )


def test_a_state_that_can_be_neither_written_nor_sealed_is_kept_in_a_file_for_its_owner(
    job: JobInProcess,
) -> None:
    job.box = None

    assert job.run("engine_without_state") == ExitCode.FAILED

    (kept,) = (job.folder / "state").rglob("errored-*.tfstate")
    result = job.result()
    assert kept.read_text() == '{"serial":4}\n'
    assert kept.stat().st_mode & 0o777 == 0o600
    assert (result.errored_state, result.resources) == (None, Resources.UNKNOWN)
    assert result.failure is not None
    assert result.failure.code == "apply_failed"
    assert f"it is in '{kept}' on the runner's machine" in result.failure.message


def test_the_outputs_come_from_the_state_that_was_read_after_the_apply(job: JobInProcess) -> None:
    assert job.run("engine_without_output") == ExitCode.SUCCEEDED

    assert job.result().outputs == {"name": "made-up"}


def test_outputs_of_a_state_that_cannot_be_read_are_asked_of_the_engine(job: JobInProcess) -> None:
    assert job.run("engine_slow_state", command_seconds=2) == ExitCode.SUCCEEDED

    assert job.result().outputs == {"name": "made-up"}


def test_reading_outputs_that_takes_too_long_names_the_limit(job: JobInProcess) -> None:
    assert job.run("engine_slow_output", command_seconds=2) == ExitCode.FAILED

    result = job.result()
    assert result.failure is not None
    assert (result.failure.code, result.applied, result.resources) == (
        "outputs_failed",
        True,
        Resources.UNKNOWN,
    )
    assert result.failure.message == (
        "'engine_slow_output output' reached its limit of 2 s (SLIPWAY_COMMAND_SECONDS, or the template's "
        "own), after everything was applied"
    )


def test_a_state_that_takes_too_long_to_read_is_unknown_and_the_log_names_the_limit(
    job: JobInProcess,
) -> None:
    assert job.run("engine_slow_state", command_seconds=2) == ExitCode.SUCCEEDED

    assert (job.result().resources, job.result().state) == (Resources.UNKNOWN, None)
    assert "reading the state: 'engine_slow_state state pull' reached its limit of 2 s" in job.log()


def test_a_recovery_that_cannot_read_what_there_is_names_the_limit_and_writes_nothing(
    job: JobInProcess,
) -> None:
    assert job.box is not None
    kept = ErroredState(b'{"serial": 2}', None).to_json()
    job.store.create("kept", job.box.seal(kept, name="kept"))

    job.run("engine_slow_state", task=Task.RECOVER, errored_state="kept", command_seconds=2)

    result = job.result()
    assert result.failure is not None
    assert (result.failure.code, result.applied) == ("state_unreadable", False)
    assert "'engine_slow_state state pull' reached its limit of 2 s" in result.failure.message


@pytest.mark.parametrize(
    "kept", [b"[]", b"no json", b'{"serial": 2}', b'{"state": "[]", "began_from": null}']
)
def test_a_kept_state_that_is_none_is_not_recovered(job: JobInProcess, kept: bytes) -> None:
    assert job.box is not None
    job.store.create("kept", job.box.seal(kept, name="kept"))

    job.run("engine_ok", task=Task.RECOVER, errored_state="kept")

    failure = job.result().failure
    assert failure is not None
    assert failure.code == "errored_state_unreadable"


def test_a_job_whose_parameters_are_sealed_says_so_where_no_key_is_set(job: JobInProcess) -> None:
    job.store.create("sealed", b"anything")
    job.box = None

    assert job.run("engine_ok", secrets={"password": "sealed"}) == ExitCode.FAILED

    failure = job.result().failure
    assert failure is not None
    assert failure.code == "secrets_unavailable"
    assert "SLIPWAY_KEY_FILE" in failure.message


@pytest.mark.parametrize("kept", [b"[]", b"no json", b'{"user": "x"}'])
def test_sealed_parameters_that_are_not_the_ones_asked_for_fail_before_anything_runs(
    job: JobInProcess, kept: bytes
) -> None:
    assert job.box is not None
    job.store.create("sealed", job.box.seal(kept, name="sealed"))

    assert job.run("engine_ok", secrets={"password": "sealed"}) == ExitCode.FAILED

    failure = job.result().failure
    assert failure is not None
    assert failure.code == "secrets_unreadable"


def test_what_is_no_json_goes_to_the_log_as_it_is(job: JobInProcess) -> None:
    assert job.run("engine_nonsense") == ExitCode.FAILED

    log = job.log()
    for line in ("panic: � not text", '{"type": broken', "[1]", "on stderr"):
        assert f"Z {line}\n" in log
    result = job.result()
    assert result.failure is not None
    assert (result.failure.code, result.resources) == ("outputs_failed", Resources.UNKNOWN)


def test_an_unexpected_error_ends_the_job_with_its_type_and_a_trace_in_the_log(
    job: JobInProcess,
) -> None:
    def broken(_: Job) -> None:
        raise ZeroDivisionError("made up")

    steps = Steps(((Phase.PREPARING, broken),))
    job.engines = {"terraform": Engine("terraform", {Task.APPLY: steps}, lambda job: job)}

    assert job.run("engine_ok") == ExitCode.FAILED

    result = job.result()
    assert result.failure is not None
    assert result.failure.code == "internal_error"
    assert "ZeroDivisionError: made up" in result.failure.message
    assert "Traceback" in job.log()


def test_a_queue_that_is_away_costs_no_verdict(job: JobInProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runner.contract.result._NOTIFY_TIMEOUT_SECONDS", 0.1)
    job.wake_ups.down = True

    assert job.run("engine_ok") == ExitCode.SUCCEEDED
    assert job.result().outcome is Outcome.SUCCEEDED


class ClaimsUnanswered(MemoryArtifactStore):
    def create(self, name: str, data: bytes) -> bool:
        if name.endswith("/claim"):
            raise StorageUnavailable(f"creating blob '{name}': storage could not be reached")
        return super().create(name, data)


def test_a_storage_that_is_away_at_the_claim_ends_the_process_without_a_verdict(
    job: JobInProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runner.contract.claims._CLAIM_TIMEOUT_SECONDS", 0.3)
    job.store = ClaimsUnanswered()

    with pytest.raises(StorageUnavailable):
        job.run("engine_ok")
    assert job.store.read(blob_names.job_result(OPERATION, 1)) is None


def test_the_work_folder_is_removed_and_what_a_dead_execution_left_does_not_harm(job: JobInProcess) -> None:
    left = job.folder / "work" / f"{OPERATION}-1" / "template"
    left.mkdir(parents=True)
    (left / "main.tf").write_text("left")

    assert job.run("engine_ok") == ExitCode.SUCCEEDED
    assert list((job.folder / "work").iterdir()) == []
