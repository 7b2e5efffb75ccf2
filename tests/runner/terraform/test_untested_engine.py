"""An engine that is not the pinned one is told: in the job's log, and where /health looks."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions.domain.jobs import blob_names
from runner.engines.terraform.messages import ENGINE, VERSION
from runner.exit_codes import ExitCode
from tests.runner.job_in_process import TESTDATA, JobInProcess

UNTESTED = f"engine terraform 9.9.9 is untested: Slipway is tested with {ENGINE} {VERSION}"


@pytest.fixture
def job(tmp_path: Path) -> JobInProcess:
    return JobInProcess(tmp_path)


def engine_that_says(version: str, folder: Path) -> str:
    script = (TESTDATA / "engine_ok").read_text()
    engine = folder / "engine"
    engine.write_text(script.replace('"terraform":"9.9.9"', version))
    engine.chmod(0o755)
    return str(engine)


def test_another_version_is_told_and_the_job_goes_on(job: JobInProcess) -> None:
    assert job.run("engine_ok") == ExitCode.SUCCEEDED

    assert UNTESTED in job.log()
    seen = job.store.read(blob_names.untested_engine())
    assert seen is not None
    assert seen.data.decode().startswith(f"{UNTESTED}; a job ran it at 20")


def test_the_pinned_engine_is_not_worth_a_word(job: JobInProcess, tmp_path: Path) -> None:
    job.run(engine_that_says(f'"{ENGINE}":"{VERSION}"', tmp_path))

    assert "untested" not in job.log()
    assert job.store.read(blob_names.untested_engine()) is None


def test_another_engine_of_the_same_version_is_told(job: JobInProcess, tmp_path: Path) -> None:
    job.run(engine_that_says(f'"tofu":"{VERSION}"', tmp_path))

    assert f"engine tofu {VERSION} is untested" in job.log()
