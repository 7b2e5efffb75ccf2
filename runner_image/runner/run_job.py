"""Runs one job from its claim to its result. Whatever goes wrong in between, the job gets a result."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from functions import __version__
from functions.domain.errors import StorageUnavailable
from functions.domain.failures import Failure, FailureCode
from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import JobResult, JobSpec
from functions.ports import ArtifactStore, SecretBox, WakeUpQueue
from runner.contract.cancel_watcher import CancelWatcher
from runner.contract.claims import claim_job
from runner.contract.heartbeat import HeartbeatWriter
from runner.contract.inputs import fetch_spec
from runner.contract.log_writer import LogWriter
from runner.contract.result import notify, write_result
from runner.engines.base import Engine, Engines, Step, Steps
from runner.errors import JobEnded, JobStopped, StepFailed
from runner.exit_codes import ExitCode
from runner.job import Job
from runner.job_progress import JobProgress
from runner.masking.secret_masker import SecretMasker
from runner.process.stop import Stop
from runner.settings import Settings
from runner.shared_steps import take_apply_claim
from runner.workspace import Workspace

# The log should be complete when the result is read, but the result does not wait for it long.
_FLUSH_BEFORE_RESULT_SECONDS = 5.0
_FLUSH_AFTER_RESULT_SECONDS = 600.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class JobDependencies:
    """What a job runs with. The queue of completions is opened only when the job has ended."""

    settings: Settings
    engines: Engines
    holder: str
    store: ArtifactStore
    box: SecretBox | None
    open_completions: Callable[[], WakeUpQueue]
    stop: Stop


def run_job(dependencies: JobDependencies) -> ExitCode:
    """Claim the job, run it and return the exit code of the process.

    Raises StorageUnavailable if storage was unavailable for too long, before the claim or for the result.
    """
    settings, store = dependencies.settings, dependencies.store
    if not claim_job(store, settings.operation_id, settings.job, dependencies.holder):
        _log.info("claiming the job: another execution holds it, there is nothing to do")
        return ExitCode.ALREADY_CLAIMED
    heartbeat_name = blob_names.heartbeat(settings.operation_id, settings.job)
    heartbeat = HeartbeatWriter(store, heartbeat_name, settings.heartbeat_seconds)
    cancel = CancelWatcher(store, settings.operation_id, dependencies.stop)
    workspace = Workspace(settings.work_dir, settings.operation_id, settings.job)
    heartbeat.start()
    cancel.start()
    try:
        return _run(dependencies, heartbeat, cancel, workspace)
    finally:
        cancel.close()
        heartbeat.close()
        workspace.remove()


def _run(
    dependencies: JobDependencies, heartbeat: HeartbeatWriter, cancel: CancelWatcher, workspace: Workspace
) -> ExitCode:
    settings = dependencies.settings
    redact = SecretMasker(settings.secrets)
    try:
        workspace.create()
        log_name = blob_names.log(settings.operation_id, settings.job)
        log = LogWriter(dependencies.store, log_name, workspace.log_spool, redact)
    except OSError as error:
        return _report(dependencies, JobProgress().error_result(error, None, redact))
    log.start()
    execution = JobExecution(dependencies, heartbeat, cancel, workspace, log, redact)
    result = execution.result()
    log.write(f"== {_describe(result)}")
    log.flush(_FLUSH_BEFORE_RESULT_SECONDS)
    try:
        return _report(dependencies, result)
    finally:
        if not log.close(_FLUSH_AFTER_RESULT_SECONDS):
            _log.error("writing the job's log: its end is missing")


def _report(dependencies: JobDependencies, result: JobResult) -> ExitCode:
    _log.info("the job ended, %s", _describe(result))
    is_first_result = write_result(dependencies.store, dependencies.settings, result)
    notify(dependencies.open_completions, dependencies.settings)
    return ExitCode.of(result.outcome) if is_first_result else ExitCode.LATE


def _describe(result: JobResult) -> str:
    failure = result.failure
    return f"{result.outcome} ({failure.code}): {failure.message}" if failure else str(result.outcome)


@dataclass
class JobExecution:
    """Runs the steps of a claimed job. Every error becomes a result."""

    dependencies: JobDependencies
    heartbeat: HeartbeatWriter
    cancel: CancelWatcher
    workspace: Workspace
    log: LogWriter
    redact: SecretMasker
    progress: JobProgress = field(default_factory=JobProgress)
    spec: JobSpec | None = None

    def result(self) -> JobResult:
        """Run the steps and return the result of the job."""
        try:
            self._run_task()
        except (JobEnded, StorageUnavailable) as error:
            return self.progress.error_result(error, self.spec, self.redact)
        except Exception as error:  # noqa: BLE001  # a job without a result would run for ever
            import traceback

            self.log.write(traceback.format_exc())
            return self.progress.error_result(error, self.spec, self.redact)
        return self.progress.success_result()

    def _run_task(self) -> None:
        settings, stop = self.dependencies.settings, self.dependencies.stop
        self.log.write(
            f"deployment {settings.deployment_id}, operation {settings.operation_id}, job {settings.job}, "
            f"correlation id {settings.correlation_id}, runner {__version__}"
        )
        spec = self.spec = fetch_spec(self.dependencies.store, settings.operation_id, settings.job, stop)
        stop.limit(spec.job_seconds)
        engine, steps = self._engine_for(spec)
        job = self._job(spec)
        session = engine.open(job)
        self._run_steps(job, session, steps.before_claim)
        remaining = steps.when_destroying if job.is_destroy else steps.after_claim
        if remaining and job.should_apply:
            self._check_stop(job)
            take_apply_claim(job)
            self._run_steps(job, session, remaining)

    def _engine_for(self, spec: JobSpec) -> tuple[Engine[Any], Steps[Any]]:
        engine = self.dependencies.engines.get(spec.engine)
        steps = engine.tasks.get(spec.task) if engine else None
        if engine is None or steps is None:
            message = f"runner {__version__} has no engine '{spec.engine}' that does the task '{spec.task}'"
            raise StepFailed(Failure(FailureCode.SPEC_UNREADABLE, message))
        return engine, steps

    def _run_steps(self, job: Job, session: Any, steps: Iterable[Step[Any]]) -> None:
        for phase, step in steps:
            self._check_stop(job)
            job.enter(phase)
            step(session)

    def _check_stop(self, job: Job) -> None:
        # Once the apply has begun, the remaining steps only read what it left: a stop comes too late.
        if job.stop.reason is not None and not job.progress.applying:
            raise JobStopped(job.stop.reason)

    def _job(self, spec: JobSpec) -> Job:
        dependencies = self.dependencies
        return Job(
            spec=spec,
            settings=dependencies.settings,
            holder=dependencies.holder,
            store=dependencies.store,
            secret_box=dependencies.box,
            stop=dependencies.stop,
            cancel=self.cancel,
            heartbeat=self.heartbeat,
            log=self.log,
            redact=self.redact,
            workspace=self.workspace,
            progress=self.progress,
        )
