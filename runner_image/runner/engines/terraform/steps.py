"""The steps of Terraform's tasks. tasks.py has their order; `run_job.py` runs them and checks the stop flag
between them.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from functions.domain.failures import Failure, FailureCode
from functions.domain.jobs.job_contract import Task
from functions.domain.status import Resources
from runner.contract.inputs import fetch_template
from runner.engines.terraform.cli_config import cli_config
from runner.engines.terraform.json_stream import JsonStream
from runner.engines.terraform.lock_file import drop_hashes
from runner.engines.terraform.messages import DUPLICATE_PROVIDER, STALE_PLAN
from runner.engines.terraform.overrides import override_provider, write_provider
from runner.engines.terraform.plan_summary import marked_texts, summary_of_plan, summary_of_stream
from runner.engines.terraform.saved_plan import save_terraform_plan
from runner.engines.terraform.session import TerraformSession
from runner.engines.terraform.state.backend_block import write_backend
from runner.engines.terraform.state.errored_state import rescue_errored_state
from runner.engines.terraform.state.locks import check_unlocked, run_with_lock
from runner.engines.terraform.state.read_state import read_state
from runner.engines.terraform.untested_engine import warn_if_untested
from runner.engines.terraform.variables import write_variables
from runner.errors import JobStopped, StepFailed
from runner.process.command import CommandResult
from runner.process.stop import Stop
from runner.saved_plans import stale
from runner.shared_steps import publish_outputs, publish_summary

# The exit code of an engine that ran to its end and had errors on the way.
_EXIT_WITH_ERRORS = 1
# The lock file is deleted with the work folder, so advice on it would mislead.
_ABOUT_LOCK_FILE = frozenset({"lock_info", "Incomplete lock file information for providers"})
# An apply repeats these events of its plan; they are logged already.
_LOGGED_BY_PLAN = frozenset({"version", "planned_change"})


def prepare(session: TerraformSession) -> None:
    """Fill the work folder: the template, the blocks that Slipway adds to it, and the parameters."""
    job, folder, settings = session.job, session.job.workspace.template, session.job.settings
    job.log.write(f"engine {settings.engine}")
    fetch_template(job.store, job.spec, folder, job.stop)
    session.cli_config.write_text(cli_config(settings.provider_mirror), encoding="utf-8")
    write_variables(session)
    session.backend_block = write_backend(
        folder,
        session.settings,
        job.spec.deployment_id,
        state_dir=settings.state_dir,
        uses_emulator=settings.uses_emulator,
    )
    write_provider(folder, job.spec, uses_emulator=settings.uses_emulator)


def init(session: TerraformSession) -> None:
    """Install the providers and connect the backend."""
    job = session.job
    stream = session.stream(_ABOUT_LOCK_FILE)
    result = _init(session, stream)
    if result.returncode != 0 and DUPLICATE_PROVIDER.is_in(stream.first_error or ""):
        job.log.write("the template has a provider block of its own, which Slipway now overrides instead")
        additions = override_provider(
            job.workspace.template, job.spec, uses_emulator=job.settings.uses_emulator
        )
        session.cli.environment.update(additions)
        stream = session.stream(_ABOUT_LOCK_FILE)
        result = _init(session, stream)
    job.progress.engine_version = stream.engine_version
    warn_if_untested(session, stream)
    check_unlocked(session, stream)
    session.cli.check(result, "init", stream)
    drop_hashes(job.workspace.template)


def _init(session: TerraformSession, stream: JsonStream) -> CommandResult:
    return session.cli.stream("init", "-input=false", stop=session.job.stop, into=stream)


def plan(session: TerraformSession) -> None:
    """Plan the changes and publish a summary; if somebody has to approve it, in detail, and save the plan."""
    job = session.job
    stream = session.stream()
    files = [f"-var-file={session.variables}", f"-out={session.plan}"]
    if job.is_destroy:
        files.append("-destroy")
    # docs/rules.md rule 11: operations run one by one, and the apply checks the serial under its lock.
    result = session.cli.stream("plan", "-input=false", "-lock=false", *files, stop=job.stop, into=stream)
    check_unlocked(session, stream)
    session.cli.check(result, "plan", stream)
    job.progress.changes = stream.changes
    job.progress.plan_is_empty = not stream.planned and not stream.planned_outputs
    if job.spec.task is Task.PLAN:
        plan_json = _show(session)
        publish_summary(job, summary_of_plan(plan_json, stream, job.redact))
        # The plan of a dry run is never applied.
        if job.spec.kind.changes_resources and not job.should_apply:
            save_terraform_plan(session, marked_texts(plan_json))
    else:
        publish_summary(job, summary_of_stream(stream))


def _show(session: TerraformSession) -> dict[str, object]:
    result, output = session.cli.read("show", "-json", str(session.plan), stop=session.job.stop)
    command = session.cli.name("show")
    if result.stopped is not None:
        raise JobStopped(result.stopped, command)
    try:
        plan_json = json.loads(output) if result.returncode == 0 else None
    except ValueError:
        plan_json = None
    if not isinstance(plan_json, dict):
        raise StepFailed(Failure(FailureCode.PLAN_UNREADABLE, f"{command} {result} and showed no plan"))
    return plan_json


def apply(session: TerraformSession) -> None:
    """Apply the plan, and read the state afterwards, also if the apply failed."""
    job = session.job
    result, stream = run_with_lock(session, "apply", lambda was_logged: _apply(session, was_logged))
    error = stream.first_error or ""
    if STALE_PLAN.is_in(error) and not stream.has_begun:
        job.progress.mark_not_applied()
        raise stale(job, error)
    if (rescue_note := rescue_errored_state(session)) is not None:
        job.log.write(rescue_note)
    _record_state(session, result, stream)
    try:
        session.cli.check(result, "apply", stream)
    except StepFailed as failed:
        if rescue_note is None:
            raise
        # The backend still has the state from before the apply.
        job.progress.resources = Resources.UNKNOWN
        failure = failed.failure
        message = f"{failure.message}; {rescue_note}"
        raise StepFailed(Failure(failure.code, message, failure.diagnostics)) from failed


def _apply(session: TerraformSession, was_logged: Callable[[str], bool]) -> tuple[CommandResult, JsonStream]:
    job = session.job
    stream = session.apply_stream(_LOGGED_BY_PLAN, was_logged)

    def note_unfinished() -> None:
        # A stopped engine reports these changes as ended, although their outcome is unknown.
        job.progress.unfinished = stream.in_flight

    arguments = ("apply", "-input=false", str(session.plan))
    result = session.cli.stream(*arguments, stop=job.stop, into=stream, on_stop=note_unfinished)
    return result, stream


def _record_state(session: TerraformSession, result: CommandResult, stream: JsonStream) -> None:
    """Record the state, and the changes of the apply whose outcome is unknown."""
    job = session.job
    current = read_state(session)
    if current is not None:
        job.progress.state = current.record
        session.outputs = current.outputs
    if result.returncode == 0:
        job.progress.unfinished = ()
        may_hide_objects = False
    else:
        unknown = stream.record.unknown_changes(current.objects if current else None)
        job.progress.unfinished = tuple(dict.fromkeys((*job.progress.unfinished, *unknown.addresses)))
        # An engine that was stopped or crashed may not have written every object into the state.
        is_interrupted = result.stopped is not None or result.returncode != _EXIT_WITH_ERRORS
        may_hide_objects = is_interrupted or unknown.may_hide_objects
    if current is not None:
        job.progress.resources = Resources.UNKNOWN if may_hide_objects else current.resources


def read_outputs(session: TerraformSession) -> None:
    """Read the outputs and publish them; sensitive ones are sealed."""
    # The state that was read after the apply contains them; `output` would take another start of the engine.
    outputs = _run_output(session) if session.outputs is None else session.outputs
    publish_outputs(session.job, outputs)


def _run_output(session: TerraformSession) -> dict[str, tuple[object, bool]]:
    """Return the outputs from `terraform output`. It ignores the stop flag, as the apply is done."""
    result, output = session.cli.read("output", "-json", stop=Stop())
    if result.returncode != 0:
        message = f"{session.describe_end('output', result)}, after everything was applied"
        raise StepFailed(Failure(FailureCode.OUTPUTS_FAILED, message))
    try:
        return {name: (body["value"], body["sensitive"]) for name, body in json.loads(output).items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = (
            f"{session.cli.name('output')} wrote no outputs that can be read, after everything was applied"
        )
        raise StepFailed(Failure(FailureCode.OUTPUTS_FAILED, message)) from error
