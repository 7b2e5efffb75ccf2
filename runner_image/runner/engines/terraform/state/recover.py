"""Writes an errored state into the backend, but only if no other client has changed anything since."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from functions.domain.failures import Failure, FailureCode
from functions.domain.status import Resources
from runner.engines.terraform.messages import PUSH_OVER_ANOTHER_STATE
from runner.engines.terraform.session import TerraformSession
from runner.engines.terraform.state.errored_state_file import ErroredState, changed_by_others
from runner.engines.terraform.state.locks import run_text_command_with_lock
from runner.engines.terraform.state.read_state import pull_state, read_state
from runner.errors import JobStopped, StepFailed
from runner.process.command import CommandResult
from runner.sealed_blobs import SEALED_STATE, open_sealed

_COMMAND = "state push"
_MAX_ADDRESSES = 20


@dataclass(frozen=True, slots=True)
class _ErroredState:
    """The errored state, as a file and parsed, and the state from which its apply began."""

    file: Path
    state: dict[str, Any]
    base_state: dict[str, Any]


def check_recovery(session: TerraformSession) -> None:
    """Compare the errored state with the current one, before the apply is claimed.

    Raises StepFailed `state_moved`, `state_unreadable`, `errored_state_missing`, `errored_state_unreadable`,
    `backend_unavailable`.
    """
    _pull_replaceable_state(session, _open_errored_state(session))


def recover(session: TerraformSession) -> None:
    """Write the errored state into the backend.

    Raises StepFailed as `check_recovery` does, and `state_locked`, `state_lock_race`, `recover_failed`.
    """
    job = session.job
    errored = _open_errored_state(session)
    result, output = run_text_command_with_lock(
        session, _COMMAND, lambda: _compare_and_push(session, errored)
    )
    if result.stopped is not None:
        raise JobStopped(result.stopped, session.cli.name(_COMMAND))
    if result.returncode != 0:
        _raise_push_error(session, errored, result, output)
    job.log.write("the kept state is in the backend")
    if (current := read_state(session)) is not None:
        job.progress.state = current.record
        # The failed apply may have been creating an object that is not even in the errored state.
        is_empty = current.resources is Resources.NONE
        job.progress.resources = Resources.UNKNOWN if is_empty else current.resources


def _compare_and_push(session: TerraformSession, errored: _ErroredState) -> tuple[CommandResult, str]:
    """Try once. Each try compares again, as another client may have written during the wait for the lock."""
    current = _pull_replaceable_state(session, errored)
    if _is_same(errored.state, current):
        return CommandResult(0), ""
    # Terraform refuses another lineage, even that of an empty state.
    force = current.get("lineage") not in (None, "", errored.state.get("lineage"))
    options = ("-no-color", "-force") if force else ("-no-color",)
    return session.cli.run_text("state", "push", *options, str(errored.file), stop=session.job.stop)


def _raise_push_error(
    session: TerraformSession, errored: _ErroredState, result: CommandResult, output: str
) -> NoReturn:
    """Raise StepFailed `state_moved` or `recover_failed`."""
    if PUSH_OVER_ANOTHER_STATE.is_in(output):
        # Another client wrote between our comparison and Terraform's own, which is under the lock.
        session.job.progress.mark_not_applied()
        _pull_replaceable_state(session, errored)
    text = " ".join(session.job.redact(output).split())
    raise StepFailed(Failure(FailureCode.RECOVER_FAILED, f"{session.cli.name(_COMMAND)} {result}: {text}"))


def _open_errored_state(session: TerraformSession) -> _ErroredState:
    document = _open_document(session)
    state = _parse(document.state)
    if state is None:
        raise StepFailed(
            Failure(FailureCode.ERRORED_STATE_UNREADABLE, "reading the kept state: it is no state")
        )
    file = session.job.workspace.root / "recovered.tfstate"
    file.write_bytes(document.state)
    return _ErroredState(file, state, _parse(document.base_state or b"{}") or {})


def _pull_replaceable_state(session: TerraformSession, errored: _ErroredState) -> dict[str, Any]:
    """Return the current state. Raises StepFailed `state_moved` if the errored one must not replace it."""
    current = _parse(pull_state(session) or b"{}")
    if current is None:
        raise StepFailed(
            Failure(FailureCode.STATE_UNREADABLE, "reading the state that there is now: it is no state")
        )
    if not (_is_unused(current) or _is_same(errored.state, current)):
        _check_not_moved(errored, current)
    return current


def _open_document(session: TerraformSession) -> ErroredState:
    data = open_sealed(session.job, session.job.spec.errored_state or "", SEALED_STATE)
    try:
        return ErroredState.from_json(data)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        message = "reading the kept state: what was sealed is none"
        raise StepFailed(Failure(FailureCode.ERRORED_STATE_UNREADABLE, message)) from error


def _check_not_moved(errored: _ErroredState, current: dict[str, Any]) -> None:
    """Raise StepFailed `state_moved` unless the errored state is a successor of the current one."""
    is_later = int(errored.state.get("serial", 0)) > int(current.get("serial", 0))
    if not is_later or current.get("lineage") != errored.state.get("lineage"):
        raise _state_moved(errored.state, current, ())
    if changed := changed_by_others(current, errored=errored.state, base=errored.base_state):
        raise _state_moved(errored.state, current, changed)


def _state_moved(errored: dict[str, Any], current: dict[str, Any], changed: Sequence[str]) -> StepFailed:
    addresses = ", ".join(changed[:_MAX_ADDRESSES]) + (", …" if len(changed) > _MAX_ADDRESSES else "")
    message = (
        "comparing the kept state with the one that there is: somebody has changed "
        f"{addresses or 'the state'} since. It has serial {current.get('serial')} and lineage "
        f"'{current.get('lineage')}', the kept one serial {errored.get('serial')} and lineage "
        f"'{errored.get('lineage')}'; nothing was written. To go on "
        'without the kept one, apply with "discard_errored_state": true'
    )
    return StepFailed(Failure(FailureCode.STATE_MOVED, message))


def _is_same(errored: dict[str, Any], current: dict[str, Any]) -> bool:
    # A push may raise the serial.
    return {**errored, "serial": None} == {**current, "serial": None}


def _is_unused(state: dict[str, Any]) -> bool:
    # Some backends write an empty state, with a new lineage, as soon as a workspace is selected.
    return not state.get("resources") and not state.get("outputs") and int(state.get("serial", 0)) <= 1


def _parse(data: bytes) -> dict[str, Any] | None:
    try:
        state = json.loads(data)
    except ValueError:
        return None
    return state if isinstance(state, dict) else None
