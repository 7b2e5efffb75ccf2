"""A job run in the test's own process: storage in memory, a stand-in for the engine."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from functions.domain.catalog import bundle
from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import Heartbeat, JobResult, JobSpec, Task
from functions.domain.jobs.terraform_state import Backend
from functions.domain.status import OperationKind
from runner.engines.base import Engines
from runner.engines.registry import ENGINES
from runner.exit_codes import ExitCode
from runner.process.stop import Stop
from runner.run_job import JobDependencies, run_job
from runner.settings import Settings
from tests.fakes import MemoryArtifactStore, MemorySecretBox, MemoryWakeUpQueue

TESTDATA = Path(__file__).resolve().parent / "testdata"
DEPLOYMENT = "deploy-0123456789ab"
OPERATION = "op-0123456789ab-1"
TEMPLATE = {"main.tf": b"# made up\n"}

ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "SLIPWAY_DEPLOYMENT_ID": DEPLOYMENT,
    "SLIPWAY_OPERATION_ID": OPERATION,
    "SLIPWAY_JOB": "1",
    "SLIPWAY_STORAGE": "AccountName=made-up;AccountKey=made-up-key",
    "SLIPWAY_STOP_GRACE_SECONDS": "1",
}

SPEC = JobSpec(
    deployment_id=DEPLOYMENT,
    operation_id=OPERATION,
    job=1,
    kind=OperationKind.APPLY,
    task=Task.APPLY,
    correlation_id="trace-1",
    provider_type="terraform-local",
    template_name="made-up",
    template_digest=bundle.digest(TEMPLATE),
    location=None,
    parameters={},
    secrets={},
    sensitive_outputs=(),
    tags={},
    backend=Backend("local", {}),
    workspace="slipway",
    command_seconds=60,
    job_seconds=60,
    lock_wait_seconds=5,
)


class JobInProcess:
    """`run` does the job with one of the executables in testdata."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = MemoryArtifactStore()
        self.box: MemorySecretBox | None = MemorySecretBox()
        self.wake_ups = MemoryWakeUpQueue()
        self.engines: Engines = ENGINES
        self.stop = Stop()
        self._has_ended = threading.Event()
        self._helper: threading.Thread | None = None

    def run(self, executable: str, /, **spec: Any) -> ExitCode:
        self.store.create(blob_names.job_spec(OPERATION, 1), replace(SPEC, **spec).to_json())
        self.store.create(blob_names.template_bundle(SPEC.template_digest), bundle.pack(TEMPLATE))
        folders = {
            "SLIPWAY_STATE_DIR": str(self.folder / "state"),
            "SLIPWAY_WORK_DIR": str(self.folder / "work"),
        }
        settings = Settings.from_env({**ENVIRONMENT, **folders, "SLIPWAY_ENGINE": str(TESTDATA / executable)})
        dependencies = JobDependencies(
            settings, self.engines, "pid-1-1", self.store, self.box, lambda: self.wake_ups, self.stop
        )
        try:
            return run_job(dependencies)
        finally:
            self._has_ended.set()
            if self._helper is not None:
                self._helper.join()

    def once(self, condition: Callable[[], bool], act: Callable[[], object]) -> None:
        """While the job runs, wait for a condition, then act."""

        def wait_and_act() -> None:
            while not self._has_ended.wait(0.05):
                if condition():
                    act()
                    return

        self._helper = threading.Thread(target=wait_and_act)
        self._helper.start()

    def has_begun(self) -> bool:
        """True once the stand-in is at what it takes so long for, and says so with a file."""
        return (self.folder / "work" / f"{OPERATION}-1" / "begun").exists()

    def in_flight(self) -> tuple[str, ...]:
        """What the job's heartbeat says is being worked on."""
        beat = self.store.read(blob_names.heartbeat(OPERATION, 1))
        return Heartbeat.from_json(beat.data).in_flight if beat else ()

    def result(self) -> JobResult:
        return JobResult.from_json(self._read(blob_names.job_result(OPERATION, 1)))

    def opened(self, name: str) -> bytes:
        """What a sealed blob holds."""
        assert self.box is not None
        return self.box.open(self._read(name), name=name)

    def log(self) -> str:
        return self._read(blob_names.log(OPERATION, 1)).decode()

    def _read(self, name: str) -> bytes:
        blob = self.store.read(name)
        assert blob is not None
        return blob.data
