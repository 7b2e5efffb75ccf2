"""The steps that every kind of job is made of. tasks.py has their order; `run_job.py` runs them and looks at
the stop flag between them.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import Failure, Task
from functions.domain.status import Resources
from runner.contract.claims import claim_apply
from runner.contract.inputs import fetch_template
from runner.contract.storage_retry import retry_until_available
from runner.engines.terraform.cli_config import cli_config
from runner.engines.terraform.json_stream import JsonStream
from runner.engines.terraform.lock_file import drop_hashes
from runner.engines.terraform.messages import DUPLICATE_PROVIDER, STALE_PLAN
from runner.engines.terraform.overrides import override_provider, write_provider
from runner.engines.terraform.plan_summary import marked_texts, summary_of_plan, summary_of_stream
from runner.engines.terraform.saved_plan import keep_plan, stale
from runner.engines.terraform.state.backend_block import write_backend
from runner.engines.terraform.state.errored_state import rescue_errored_state
from runner.engines.terraform.state.locks import check_unlocked, run_with_lock
from runner.engines.terraform.state.read_state import read_state
from runner.engines.terraform.untested_engine import warn_if_untested
from runner.errors import JobStopped, StepFailed
from runner.job import Job
from runner.process.command import CommandResult
from runner.process.stop import Stop
from runner.secrets import keep_sealed, open_secrets

_CANCEL_PATIENCE = 300.0
_SUMMARY_PATIENCE = 300.0
# the exit code of an engine that went on to its end and met errors on the way
_ERRORS = 1
# The work folder's lock file is gone when the job ends; advice on it would mislead.
_ABOUT_LOCK_FILE = frozenset({"lock_info", "Incomplete lock file information for providers"})
# An apply repeats what its plan said; the log has it already.
_SAID_BY_PLAN = frozenset({"version", "planned_change"})


def prepare(job: Job) -> None:
    """Lay out the work folder: the template, what Slipway adds to it, and the parameters."""
    workspace, spec, settings = job.workspace, job.spec, job.settings
    fetch_template(job.store, spec, workspace.template, job.stop)
    parameters = {**spec.parameters, **open_secrets(job)}
    workspace.cli_config.write_text(cli_config(settings.provider_mirror), encoding="utf-8")
    workspace.variables.write_text(json.dumps(parameters, ensure_ascii=False), encoding="utf-8")
    job.backend_block = write_backend(
        workspace.template, spec, state_dir=settings.state_dir, uses_emulator=settings.uses_emulator
    )
    write_provider(workspace.template, spec, stand_in=settings.uses_emulator)


def init(job: Job) -> None:
    """Install the providers and open the back end."""
    stream = job.stream(_ABOUT_LOCK_FILE)
    ended = _init(job, stream)
    if ended.returncode != 0 and DUPLICATE_PROVIDER.is_in(stream.first_error or ""):
        job.log.write("the template has a provider block of its own, which Slipway now overrides instead")
        additions = override_provider(job.workspace.template, job.spec, stand_in=job.settings.uses_emulator)
        job.engine.environment.update(additions)
        stream = job.stream(_ABOUT_LOCK_FILE)
        ended = _init(job, stream)
    job.findings.engine_version = stream.engine_version
    warn_if_untested(job, stream)
    check_unlocked(job, stream)
    job.engine.check(ended, "init", stream)
    drop_hashes(job.workspace.template)


def _init(job: Job, stream: JsonStream) -> CommandResult:
    return job.engine.stream("init", "-input=false", stop=job.stop, into=stream)


def plan(job: Job) -> None:
    """Find out what would change, and say so; where somebody is to look at it, in detail, and keep it."""
    stream = job.stream()
    files = [f"-var-file={job.workspace.variables}", f"-out={job.workspace.plan}"]
    if job.destroys:
        files.append("-destroy")
    # docs/rules.md rule 11: turns serialize already, and the apply checks serial and lineage under its lock
    ended = job.engine.stream("plan", "-input=false", "-lock=false", *files, stop=job.stop, into=stream)
    check_unlocked(job, stream)
    job.engine.check(ended, "plan", stream)
    job.findings.changes = stream.changes
    job.plan_is_empty = not stream.planned and not stream.planned_outputs
    if job.spec.task is Task.PLAN:
        shown = _show(job)
        _write_summary(job, summary_of_plan(shown, stream, job.redact))
        # a dry run's plan is never applied
        if job.spec.kind.changes_resources and not goes_on(job):
            keep_plan(job, marked_texts(shown))
    else:
        _write_summary(job, summary_of_stream(stream))


def goes_on(job: Job) -> bool:
    """True where a plan is applied at once: that is the task, or it would change nothing, and then there is
    nothing to approve.
    """
    if job.spec.task is Task.PLAN:
        return job.spec.kind.changes_resources and job.plan_is_empty
    return True


def _show(job: Job) -> dict[str, object]:
    ended, output = job.engine.read("show", "-json", str(job.workspace.plan), stop=job.stop)
    command = job.engine.name("show")
    if ended.stopped is not None:
        raise JobStopped(ended.stopped, command)
    try:
        found = json.loads(output) if ended.returncode == 0 else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise StepFailed(Failure("plan_unreadable", f"{command} {ended} and showed no plan"))
    return found


def _write_summary(job: Job, summary: dict[str, object]) -> None:
    data = json.dumps(summary, ensure_ascii=False).encode("utf-8", "replace")
    name = blob_names.plan_summary(job.spec.operation_id, job.spec.job)
    retry_until_available(lambda: job.store.create(name, data), seconds=_SUMMARY_PATIENCE, stop=job.stop)


def take_apply_claim(job: Job) -> None:
    """Make sure that nobody wants it stopped, then claim the apply: from here on it counts as applying."""
    retry_until_available(job.cancel.look, seconds=_CANCEL_PATIENCE, stop=job.stop)
    if job.stop.reason is not None:
        raise JobStopped(job.stop.reason)
    claim_apply(job.store, job.spec.operation_id, job.spec.job, job.holder, job.stop)
    job.findings.mark_applying()


def apply(job: Job) -> None:
    """Apply the plan; whatever comes of it, look at the state afterwards."""
    ended, stream = run_with_lock(job, "apply", lambda was_logged: _apply(job, was_logged))
    error = stream.first_error or ""
    if STALE_PLAN.is_in(error) and not stream.has_begun:
        job.findings.mark_not_applied()
        raise stale(job, error)
    if (rescued := rescue_errored_state(job)) is not None:
        job.log.write(rescued)
    _record_state(job, ended, stream)
    try:
        job.engine.check(ended, "apply", stream)
    except StepFailed as failed:
        if rescued is None:
            raise
        # the state that can be read is the one from before
        job.findings.resources = Resources.UNKNOWN
        failure = failed.failure
        message = f"{failure.message}; {rescued}"
        raise StepFailed(Failure(failure.code, message, failure.diagnostics)) from failed


def _apply(job: Job, was_logged: Callable[[str], bool]) -> tuple[CommandResult, JsonStream]:
    stream = job.stream_of_apply(_SAID_BY_PLAN, was_logged)

    def note_unfinished() -> None:
        # a stopped engine reports these as done with, though nobody knows
        job.findings.unfinished = stream.in_flight

    arguments = ("apply", "-input=false", str(job.workspace.plan))
    ended = job.engine.stream(*arguments, stop=job.stop, into=stream, on_stop=note_unfinished)
    return ended, stream


def _record_state(job: Job, ended: CommandResult, stream: JsonStream) -> None:
    """Record the state, and what the apply began of which nobody knows what became of it."""
    current = read_state(job)
    if current is not None:
        job.findings.state = current.record
        job.outputs = current.outputs
    if ended.returncode == 0:
        job.findings.unfinished = ()
        may_hide_objects = False
    else:
        unknown = stream.record.unknown_changes(current.objects if current else None)
        job.findings.unfinished = tuple(dict.fromkeys((*job.findings.unfinished, *unknown.addresses)))
        # an engine that broke off by itself may not have written all that it made
        broke_off = ended.stopped is not None or ended.returncode != _ERRORS
        may_hide_objects = broke_off or unknown.may_hide_objects
    if current is not None:
        job.findings.resources = Resources.UNKNOWN if may_hide_objects else current.resources


def read_outputs(job: Job) -> None:
    """Read the outputs; a sensitive one is sealed."""
    # the state that was read after the apply has them: asking the engine would cost it another start
    outputs = _ask_for_outputs(job) if job.outputs is None else job.outputs
    declared = set(job.spec.sensitive_outputs)
    hidden = {name: value for name, (value, sensitive) in outputs.items() if sensitive or name in declared}
    job.redact.add(hidden.values())
    plain = {name: value for name, (value, _) in outputs.items() if name not in hidden}
    job.findings.outputs = {name: job.redact.all_in(value) for name, value in plain.items()}
    job.findings.sensitive_outputs = tuple(sorted(hidden))
    _seal_outputs(job, hidden)


def _ask_for_outputs(job: Job) -> dict[str, tuple[object, bool]]:
    """Ask the engine for the outputs. It is not stopped any more: the apply is done."""
    ended, output = job.engine.read("output", "-json", stop=Stop())
    if ended.returncode != 0:
        message = f"{job.ending('output', ended)}, after everything was applied"
        raise StepFailed(Failure("outputs_failed", message))
    try:
        return {name: (body["value"], body["sensitive"]) for name, body in json.loads(output).items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = (
            f"{job.engine.name('output')} wrote no outputs that can be read, after everything was applied"
        )
        raise StepFailed(Failure("outputs_failed", message)) from error


def _seal_outputs(job: Job, hidden: dict[str, object]) -> None:
    """Keep the sensitive ones where there is a key; without one they are in the state only."""
    if hidden and job.secret_box is not None:
        blob = blob_names.sealed_outputs(job.spec.operation_id, job.spec.job)
        job.findings.sealed_outputs = keep_sealed(job, blob, json.dumps(hidden).encode())
