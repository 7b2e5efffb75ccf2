"""The running job: everything that its steps need."""

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
    """A running job, of any engine."""

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
        """Return True if the operation removes the resources."""
        return self.spec.kind is OperationKind.DESTROY

    @property
    def should_apply(self) -> bool:
        """Return True if the job applies its plan at once.

        A job that only plans does so if the plan changes nothing: then there is nothing to approve.
        """
        if self.spec.task is Task.PLAN:
            return self.spec.kind.changes_resources and self.progress.plan_is_empty
        return True

    @property
    def box(self) -> SecretBox:
        """Return the box that seals and opens secrets.

        Raises StepFailed `secrets_unavailable` if no key is set.
        """
        if self.secret_box is None:
            message = "no key is set that would seal secrets: set SLIPWAY_KEY_FILE for the runner"
            raise StepFailed(Failure(FailureCode.SECRETS_UNAVAILABLE, message))
        return self.secret_box

    def enter(self, phase: Phase) -> None:
        """Begin a phase: show it in the heartbeat and in the log."""
        if phase is self.progress.phase:
            return
        self.progress.phase = phase
        self.heartbeat.show(replace(self.heartbeat.beat, phase=phase))
        self.log.write(f"== {phase.value.replace('_', ' ')}")

    def show_progress(self, done: int, total: int, in_flight: tuple[str, ...]) -> None:
        """Show in the heartbeat how far the apply is."""
        self.heartbeat.show(Heartbeat(self.progress.phase, done, total, in_flight))

    def show_lock(self, lock: StateLock | None) -> None:
        """Show in the heartbeat the lock that the job waits for, or None if it no longer waits."""
        self.progress.lock = lock
        self.heartbeat.show(replace(self.heartbeat.beat, lock=lock))
