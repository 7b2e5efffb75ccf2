"""All that the steps of a job work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from functions.domain.failures import Failure, FailureCode
from functions.domain.jobs.job_contract import Heartbeat, JobSpec
from functions.domain.jobs.terraform_state import StateLock
from functions.domain.status import OperationKind, Phase
from functions.ports import ArtifactStore, SecretBox
from runner.contract.cancel_watcher import CancelWatcher
from runner.contract.heartbeat import HeartbeatWriter
from runner.contract.log_writer import LogWriter
from runner.engines.terraform.cli import Engine
from runner.engines.terraform.json_stream import JsonStream
from runner.errors import JobStopped, StepFailed
from runner.job_progress import JobProgress, why_stopped
from runner.masking.secret_masker import SecretMasker
from runner.process.command import CommandResult
from runner.process.stop import Stop
from runner.settings import Settings
from runner.workspace import Workspace


@dataclass
class Job:
    """One job at work. `backend_block` is the back end's block as it was written; `outputs` are those of the
    state after the apply, None where that was not read.
    """

    spec: JobSpec
    settings: Settings
    holder: str
    store: ArtifactStore
    secret_box: SecretBox | None
    stop: Stop
    cancel: CancelWatcher
    heartbeat: HeartbeatWriter
    log: LogWriter
    redact: SecretMasker
    workspace: Workspace
    engine: Engine
    findings: JobProgress
    backend_block: dict[str, Any] = field(default_factory=dict)
    plan_is_empty: bool = False
    outputs: dict[str, tuple[Any, bool]] | None = None

    @property
    def destroys(self) -> bool:
        """True where the operation removes what there is."""
        return self.spec.kind is OperationKind.DESTROY

    @property
    def working_phase(self) -> Phase:
        """What applying a plan is called."""
        return Phase.DESTROYING if self.destroys else Phase.APPLYING

    @property
    def box(self) -> SecretBox:
        """What seals and opens. Raises StepFailed `secrets_unavailable` where no key is set."""
        if self.secret_box is None:
            message = "no key is set that would seal secrets: set SLIPWAY_KEY_FILE for the runner"
            raise StepFailed(Failure(FailureCode.SECRETS_UNAVAILABLE, message))
        return self.secret_box

    def stream(self, quiet: frozenset[str] = frozenset()) -> JsonStream:
        """What reads one command's `-json`."""
        return JsonStream(self.log.write, quiet=quiet, redact=self.redact)

    def stream_of_apply(self, quiet: frozenset[str], was_logged: Callable[[str], bool]) -> JsonStream:
        """What reads an apply's `-json`, and shows its progress."""
        return JsonStream(
            self.log.write, self.show_progress, quiet=quiet, was_logged=was_logged, redact=self.redact
        )

    def ending(self, command: str, ended: CommandResult) -> str:
        """How a command ended, for people; where it was stopped, by which limit."""
        name = self.engine.name(command)
        if ended.stopped is None:
            return f"{name} {ended}"
        return why_stopped(JobStopped(ended.stopped, name), self.spec)

    def enter(self, phase: Phase) -> None:
        """Tell everybody what is done next."""
        if phase is self.findings.phase:
            return
        self.findings.phase = phase
        self.heartbeat.show(replace(self.heartbeat.beat, phase=phase))
        self.log.write(f"== {phase.value.replace('_', ' ')}")

    def show_progress(self, stream: JsonStream) -> None:
        """Tell people how far the apply is."""
        self.heartbeat.show(Heartbeat(self.working_phase, stream.done, stream.to_do, stream.in_flight))

    def show_lock(self, lock: StateLock | None) -> None:
        """Tell people whose lock the job waits for, or (None) that it waits no more."""
        self.findings.lock = lock
        self.heartbeat.show(replace(self.heartbeat.beat, lock=lock))
