"""The steps of a job, in their order. `run_job.py` runs them and looks at the stop flag between them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from functions.domain.clock import now
from functions.domain.job import Failure, Heartbeat, JobSpec
from functions.domain.status import Phase, Resources
from functions.ports import ArtifactStore
from runner.cancel import CancelWatcher
from runner.claims import claim_apply
from runner.cli_config import cli_config
from runner.engine import Engine
from runner.errors import JobStopped, StepFailed
from runner.findings import Findings
from runner.heartbeat import HeartbeatWriter
from runner.job_files import fetch_template
from runner.json_stream import JsonStream
from runner.lock_file import drop_hashes
from runner.log_writer import LogWriter
from runner.overrides import DUPLICATE_PROVIDER, override_provider, write_backend, write_provider
from runner.process import Ended
from runner.retry import until_answered
from runner.settings import Settings
from runner.state import keep_errored_state, read_state
from runner.stop import Stop
from runner.workspace import Workspace

_CANCEL_PATIENCE = 300.0
# The work folder's lock file is gone when the job ends; advice on it would mislead.
_ABOUT_LOCK_FILE = frozenset({"lock_info", "Incomplete lock file information for providers"})
# An apply repeats what its plan said; the log has it already.
_SAID_BY_PLAN = frozenset({"version", "planned_change"})


@dataclass(frozen=True)
class Job:
    """All that the steps work with."""

    spec: JobSpec
    settings: Settings
    holder: str
    store: ArtifactStore
    stop: Stop
    cancel: CancelWatcher
    heartbeat: HeartbeatWriter
    log: LogWriter
    workspace: Workspace
    engine: Engine
    findings: Findings

    def enter(self, phase: Phase) -> None:
        """Tell everybody what is done next."""
        if phase is self.findings.phase:
            return
        self.findings.phase = phase
        self.heartbeat.show(replace(self.heartbeat.beat, phase=phase))
        self.log.write(f"== {phase.value.replace('_', ' ')}")

    def show_progress(self, stream: JsonStream) -> None:
        """Tell people how far the apply is."""
        total = sum((self.findings.changes or {}).get(name, 0) for name in ("add", "change", "remove"))
        self.heartbeat.show(Heartbeat(Phase.APPLYING, stream.done, total, stream.in_flight))


def prepare(job: Job) -> None:
    """Lay out the work folder: the template, what Slipway adds to it, and the parameters."""
    workspace, spec = job.workspace, job.spec
    fetch_template(job.store, spec, workspace.template, job.stop)
    workspace.cli_config.write_text(cli_config(job.settings.provider_mirror), encoding="utf-8")
    workspace.variables.write_text(json.dumps(spec.parameters, ensure_ascii=False), encoding="utf-8")
    write_backend(workspace.template, spec.backend, job.settings.state_dir)
    write_provider(workspace.template, spec, stand_in=job.settings.on_stand_in)


def init(job: Job) -> None:
    """Install the providers and open the back end."""
    stream = JsonStream(job.log.write, quiet=_ABOUT_LOCK_FILE)
    ended = _init(job, stream)
    if ended.returncode != 0 and stream.first_error == DUPLICATE_PROVIDER:
        job.log.write("the template has a provider block of its own, which Slipway now overrides instead")
        additions = override_provider(job.workspace.template, job.spec, stand_in=job.settings.on_stand_in)
        job.engine.environment.update(additions)
        stream = JsonStream(job.log.write, quiet=_ABOUT_LOCK_FILE)
        ended = _init(job, stream)
    job.findings.engine_version = stream.engine_version
    job.engine.check(ended, "init", stream)
    drop_hashes(job.workspace.template)


def _init(job: Job, stream: JsonStream) -> Ended:
    return job.engine.stream("init", "-input=false", stop=job.stop, into=stream)


def plan(job: Job) -> None:
    """Find out what would change, and keep exactly that plan."""
    stream = JsonStream(job.log.write)
    files = (f"-var-file={job.workspace.variables}", f"-out={job.workspace.plan}")
    # design §4 rule 11: turns serialize already, and the apply checks serial and lineage under its own lock
    ended = job.engine.stream("plan", "-input=false", "-lock=false", *files, stop=job.stop, into=stream)
    job.engine.check(ended, "plan", stream)
    job.findings.changes = stream.changes


def take_apply_claim(job: Job) -> None:
    """Make sure that nobody wants it stopped, then claim the apply: from here on it counts as applying."""
    until_answered(job.cancel.look, seconds=_CANCEL_PATIENCE, stop=job.stop)
    if job.stop.reason is not None:
        raise JobStopped(job.stop.reason)
    claim_apply(job.store, job.spec.operation_id, job.spec.job, job.holder, job.stop)
    job.findings.applying = True
    job.findings.resources = Resources.UNKNOWN


def apply(job: Job) -> None:
    """Apply the plan; whatever comes of it, look at the state afterwards."""
    stream = JsonStream(job.log.write, job.show_progress, quiet=_SAID_BY_PLAN)

    def note_unfinished() -> None:
        # a stopped engine reports these as done with, though nobody knows
        job.findings.unfinished = stream.in_flight

    ended = job.engine.stream(
        "apply", "-input=false", str(job.workspace.plan), stop=job.stop, into=stream, on_stop=note_unfinished
    )
    if ended.returncode == 0:
        job.findings.unfinished = ()
    elif ended.stopped is None:
        note_unfinished()
    errored = keep_errored_state(job.workspace.template, job.spec, job.settings.state_dir)
    _look_at_state(job, trust=ended.returncode == 0 or (ended.stopped is None and not ended.by_signal))
    try:
        job.engine.check(ended, "apply", stream)
    except StepFailed as error:
        if errored is None:
            raise
        raise StepFailed(_with_errored_state(error.failure, str(errored))) from error


def _look_at_state(job: Job, *, trust: bool) -> None:
    """Record the state; `trust` says whether it tells all that there is in the cloud."""
    if (found := read_state(job.engine, job.spec, now())) is not None:
        job.findings.state, resources = found
        job.findings.resources = resources if trust else Resources.UNKNOWN


def _with_errored_state(failure: Failure, path: str) -> Failure:
    kept = f"the state could not be written and is kept in '{path}' on the runner's machine"
    return replace(failure, message=f"{failure.message}; {kept}")


def read_outputs(job: Job) -> None:
    """Read the outputs; a sensitive one is only named. It is not stopped any more: the apply is done."""
    ended, output = job.engine.read("output", "-json", stop=Stop())
    command = job.engine.name("output")
    if ended.returncode != 0:
        raise StepFailed(Failure("outputs_failed", f"{command} {ended}, after everything was applied"))
    try:
        outputs = {name: (body["value"], body["sensitive"]) for name, body in json.loads(output).items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"{command} wrote no outputs that can be read, after everything was applied"
        raise StepFailed(Failure("outputs_failed", message)) from error
    declared = set(job.spec.sensitive_outputs)
    hidden = {name for name, (_, sensitive) in outputs.items() if sensitive or name in declared}
    job.findings.outputs = {name: value for name, (value, _) in outputs.items() if name not in hidden}
    job.findings.sensitive_outputs = tuple(sorted(hidden))


STEPS: tuple[tuple[Phase, Callable[[Job], None]], ...] = (
    (Phase.PREPARING, prepare),
    (Phase.INITIALIZING, init),
    (Phase.PLANNING, plan),
    (Phase.PLANNING, take_apply_claim),
    (Phase.APPLYING, apply),
    (Phase.READING_OUTPUTS, read_outputs),
)
