"""All that the steps of a job work with."""

from __future__ import annotations

from dataclasses import dataclass, replace

from functions.domain.failures import Failure, FailureCode
from functions.domain.jobs.job_contract import Heartbeat, JobSpec, Task
from functions.domain.jobs.terraform_state import StateLock
from functions.domain.status import OperationKind, Phase
from functions.ports import ArtifactStore, SecretBox
from runner.contract.cancel_watcher import CancelWatcher
from runner.contract.heartbeat import HeartbeatWriter
from runner.contract.log_writer import LogWriter
from runner.errors import StepFailed
from runner.job_progress import JobProgress
from runner.masking.secret_masker import SecretMasker
from runner.process.stop import Stop
from runner.settings import Settings
from runner.workspace import Workspace


@dataclass
class Job:
    """One job at work, whatever its engine."""

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
    progress: JobProgress

    @property
    def is_destroy(self) -> bool:
        """True where the operation removes what there is."""
        return self.spec.kind is OperationKind.DESTROY

    @property
    def should_apply(self) -> bool:
        """True where a plan is applied at once: that is the task, or it would change nothing, and then there
        is nothing to approve.
        """
        if self.spec.task is Task.PLAN:
            return self.spec.kind.changes_resources and self.progress.plan_is_empty
        return True

    @property
    def box(self) -> SecretBox:
        """What seals and opens. Raises StepFailed `secrets_unavailable` where no key is set."""
        if self.secret_box is None:
            message = "no key is set that would seal secrets: set SLIPWAY_KEY_FILE for the runner"
            raise StepFailed(Failure(FailureCode.SECRETS_UNAVAILABLE, message))
        return self.secret_box

    def enter(self, phase: Phase) -> None:
        """Tell everybody what is done next."""
        if phase is self.progress.phase:
            return
        self.progress.phase = phase
        self.heartbeat.show(replace(self.heartbeat.beat, phase=phase))
        self.log.write(f"== {phase.value.replace('_', ' ')}")

    def show_progress(self, done: int, total: int, in_flight: tuple[str, ...]) -> None:
        """Tell people how far the apply is."""
        self.heartbeat.show(Heartbeat(self.progress.phase, done, total, in_flight))

    def show_lock(self, lock: StateLock | None) -> None:
        """Tell people whose lock the job waits for, or (None) that it waits no more."""
        self.progress.lock = lock
        self.heartbeat.show(replace(self.heartbeat.beat, lock=lock))
