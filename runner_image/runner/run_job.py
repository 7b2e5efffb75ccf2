"""Runs one job from its claim to its result. Whatever happens in between, there is a result in the end."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from functions import __version__
from functions.domain.errors import StorageUnavailable
from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import JobResult, JobSpec
from functions.ports import ArtifactStore, DoorbellQueue, SecretBox
from runner.contract.cancel_watcher import CancelWatcher
from runner.contract.claims import claim_job
from runner.contract.heartbeat import HeartbeatWriter
from runner.contract.inputs import fetch_spec
from runner.contract.log_writer import LogWriter
from runner.contract.result import notify, write_result
from runner.engines.terraform.cli import Engine
from runner.engines.terraform.tasks import steps_after, steps_before
from runner.errors import JobEnded, JobStopped
from runner.exit_codes import ExitCode
from runner.job import Job
from runner.job_progress import JobProgress
from runner.masking.secret_masker import SecretMasker
from runner.process.command import Limits
from runner.process.stop import Stop
from runner.settings import Settings
from runner.workspace import Workspace

# The log should be whole when the verdict is read, but the verdict does not wait for it long.
_FLUSH_BEFORE_RESULT = 5.0
_FLUSH_AFTER_RESULT = 600.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class JobDependencies:
    """What a job is run with. The queue is opened only when there is something to ring for."""

    settings: Settings
    holder: str
    store: ArtifactStore
    box: SecretBox | None
    open_completions: Callable[[], DoorbellQueue]
    stop: Stop


def run_job(around: JobDependencies) -> ExitCode:
    """Claim the job and do it; gives the process's exit code.

    Raises StorageUnavailable where storage was away for too long to claim it, or to report on it.
    """
    settings, store = around.settings, around.store
    if not claim_job(store, settings.operation_id, settings.job, around.holder):
        _log.info("claiming the job: another execution holds it, there is nothing to do")
        return ExitCode.ALREADY_CLAIMED
    heartbeat_name = blob_names.heartbeat(settings.operation_id, settings.job)
    heartbeat = HeartbeatWriter(store, heartbeat_name, settings.heartbeat_seconds)
    cancel = CancelWatcher(store, settings.operation_id, around.stop)
    workspace = Workspace(settings.work_dir, settings.operation_id, settings.job)
    heartbeat.start()
    cancel.start()
    try:
        return _run(around, heartbeat, cancel, workspace)
    finally:
        cancel.close()
        heartbeat.close()
        workspace.remove()


def _run(
    around: JobDependencies, heartbeat: HeartbeatWriter, cancel: CancelWatcher, workspace: Workspace
) -> ExitCode:
    settings = around.settings
    redact = SecretMasker(settings.secrets)
    try:
        workspace.create()
        log_name = blob_names.log(settings.operation_id, settings.job)
        log = LogWriter(around.store, log_name, workspace.log_spool, redact)
    except OSError as error:
        return _report(around, JobProgress().ended_by(error, None, redact))
    log.start()
    attempt = JobExecution(around, heartbeat, cancel, workspace, log, redact)
    result = attempt.result()
    log.write(f"== {_in_words(result)}")
    log.flush(_FLUSH_BEFORE_RESULT)
    try:
        return _report(around, result)
    finally:
        if not log.close(_FLUSH_AFTER_RESULT):
            _log.error("writing the job's log: its end is missing")


def _report(around: JobDependencies, result: JobResult) -> ExitCode:
    _log.info("the job ended, %s", _in_words(result))
    ours = write_result(around.store, around.settings, result)
    notify(around.open_completions, around.settings)
    return ExitCode.of(result.outcome) if ours else ExitCode.LATE


def _in_words(result: JobResult) -> str:
    failure = result.failure
    return f"{result.outcome} ({failure.code}): {failure.message}" if failure else str(result.outcome)


@dataclass
class JobExecution:
    """The part of a job that may go wrong anywhere."""

    around: JobDependencies
    heartbeat: HeartbeatWriter
    cancel: CancelWatcher
    workspace: Workspace
    log: LogWriter
    redact: SecretMasker
    findings: JobProgress = field(default_factory=JobProgress)
    spec: JobSpec | None = None

    def result(self) -> JobResult:
        """Do the steps; gives the verdict."""
        try:
            self._do()
        except (JobEnded, StorageUnavailable) as error:
            return self.findings.ended_by(error, self.spec, self.redact)
        except Exception as error:  # noqa: BLE001  # a job without a verdict would run for ever
            import traceback

            self.log.write(traceback.format_exc())
            return self.findings.ended_by(error, self.spec, self.redact)
        return self.findings.succeeded()

    def _do(self) -> None:
        settings, stop = self.around.settings, self.around.stop
        self.log.write(
            f"deployment {settings.deployment_id}, operation {settings.operation_id}, job {settings.job}, "
            f"correlation id {settings.correlation_id}, runner {__version__}, engine {settings.engine}"
        )
        spec = self.spec = fetch_spec(self.around.store, settings.operation_id, settings.job, stop)
        stop.limit(spec.job_seconds)
        job = self._job(spec)
        for steps in (steps_before, steps_after):
            for phase, step in steps(job):
                # once the apply is done, only its outputs are missing: a stop comes too late
                if stop.reason is not None and not job.findings.applying:
                    raise JobStopped(stop.reason)
                job.enter(phase)
                step(job)

    def _job(self, spec: JobSpec) -> Job:
        around = self.around
        return Job(
            spec=spec,
            settings=around.settings,
            holder=around.holder,
            store=around.store,
            secret_box=around.box,
            stop=around.stop,
            cancel=self.cancel,
            heartbeat=self.heartbeat,
            log=self.log,
            redact=self.redact,
            workspace=self.workspace,
            engine=Engine(
                around.settings.engine,
                folder=self.workspace.template,
                environment=_engine_environment(around.settings, self.workspace),
                limits=Limits(spec.command_seconds, around.settings.stop_grace_seconds),
                write_log=self.log.write,
            ),
            findings=self.findings,
        )


def _engine_environment(settings: Settings, workspace: Workspace) -> dict[str, str]:
    return {
        **settings.environment,
        "CHECKPOINT_DISABLE": "1",
        "TF_CLI_CONFIG_FILE": str(workspace.cli_config),
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
    }
