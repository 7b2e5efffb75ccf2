"""Runs `terraform apply`, also that of a destroy, and reads the state afterwards."""

from __future__ import annotations

from collections.abc import Callable

from functions.domain.failures import Failure
from functions.domain.status import Resources
from runner.engines.terraform.json_stream import JsonStream
from runner.engines.terraform.messages import STALE_PLAN
from runner.engines.terraform.session import TerraformSession
from runner.engines.terraform.state.errored_state import rescue_errored_state
from runner.engines.terraform.state.locks import run_with_lock
from runner.engines.terraform.state.read_state import read_state
from runner.errors import StepFailed
from runner.process.command import CommandResult
from runner.saved_plans import stale

# The exit code of an engine that ran to its end and had errors on the way.
_EXIT_WITH_ERRORS = 1
# An apply repeats these events of its plan; they are logged already.
_LOGGED_BY_PLAN = frozenset({"version", "planned_change"})


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
