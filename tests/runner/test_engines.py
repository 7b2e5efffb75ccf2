"""The runner does for any engine what is not the engine's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from functions.domain.catalog import bundle
from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import JobResult, Outcome, Task
from functions.domain.status import OperationKind, Phase, Resources
from runner.engines.base import Engine
from tests.runner.job_in_process import DEPLOYMENT, OPERATION, JobInProcess
from tests.text_engine.engine import TEXT

NOTE = {"note.txt": b"Hello, {name}!\n"}


@pytest.fixture
def job(tmp_path: Path) -> JobInProcess:
    job = JobInProcess(tmp_path)
    job.engines = {"text": TEXT}
    job.store.create(blob_names.template_bundle(bundle.digest(NOTE)), bundle.pack(NOTE))
    return job


def ran(job: JobInProcess, **spec: Any) -> JobResult:
    text = {"engine": "text", "template_digest": bundle.digest(NOTE), "backend": None, "workspace": None}
    job.run("engine_ok", **{**text, **spec})
    return job.result()


def test_a_second_engine_applies_and_reports_its_outputs(job: JobInProcess) -> None:
    result = ran(job, parameters={"name": "Ada"}, sensitive_outputs=("greeting",))

    assert (result.outcome, result.resources, result.applied) == (Outcome.SUCCEEDED, Resources.SOME, True)
    assert (result.engine_version, result.changes) == ("1", {"add": 1, "change": 0, "remove": 0})
    assert (result.outputs, result.sensitive_outputs) == ({}, ("greeting",))
    assert result.sealed_outputs is not None
    assert job.opened(result.sealed_outputs) == b'{"greeting": "Hello, Ada!"}'
    assert (job.folder / "state" / DEPLOYMENT / "note.txt").read_text() == "Hello, Ada!\n"
    assert job.store.read(blob_names.apply_claim(OPERATION)) is not None


def test_its_plan_is_kept_with_an_identity_of_its_own_and_nothing_is_claimed(job: JobInProcess) -> None:
    result = ran(job, task=Task.PLAN)

    assert result.plan is not None
    assert (result.plan.engine_identity, result.plan.serial) == ({"note": ""}, None)
    assert (result.applied, result.resources) == (False, Resources.NONE)
    assert job.store.read(blob_names.apply_claim(OPERATION)) is None


def test_a_destroy_has_steps_of_its_own(job: JobInProcess) -> None:
    note = job.folder / "state" / DEPLOYMENT / "note.txt"
    note.parent.mkdir(parents=True)
    note.write_text("Hello!\n")

    result = ran(job, kind=OperationKind.DESTROY)

    assert (result.outcome, result.phase, result.outputs) == (Outcome.SUCCEEDED, Phase.DESTROYING, {})
    assert not note.exists()


@pytest.mark.parametrize("spec", [{"engine": "bicep"}, {"task": Task.UNLOCK, "kind": OperationKind.UNLOCK}])
def test_a_job_that_the_runner_has_no_steps_for_says_so(job: JobInProcess, spec: dict[str, Any]) -> None:
    result = ran(job, **spec)

    assert result.failure is not None
    assert (result.failure.code, result.applied) == ("spec_unreadable", False)
    asked = {"engine": "text", "task": "apply", **spec}
    assert f"no engine '{asked['engine']}' that does the task '{asked['task']}'" in result.failure.message


def test_a_spec_for_terraform_without_settings_says_so(job: JobInProcess) -> None:
    job.engines = JobInProcess(job.folder).engines

    result = ran(job, engine="terraform")

    assert result.failure is not None
    assert result.failure.code == "spec_unreadable"
    assert "neither backend nor workspace" in result.failure.message


def test_an_engine_that_cannot_open_its_session_ends_the_job_with_a_result(job: JobInProcess) -> None:
    def refuse(_: object) -> None:
        raise ZeroDivisionError("made up")

    job.engines = {"text": Engine("text", TEXT.tasks, refuse)}

    result = ran(job)

    assert result.failure is not None
    assert (result.failure.code, result.resources) == ("internal_error", Resources.NONE)
