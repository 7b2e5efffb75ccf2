"""Writing back a state that could not be written: only where nobody has changed anything since."""

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
class _Kept:
    """The kept state, as a file and as it reads, and the one that its apply began from."""

    file: Path
    state: dict[str, Any]
    base_state: dict[str, Any]


def check_recovery(session: TerraformSession) -> None:
    """Compare the kept state with the one that there is, before anything is claimed.

    Raises StepFailed `state_moved`, `state_unreadable`, `errored_state_missing`, `errored_state_unreadable`,
    `backend_unavailable`.
    """
    _compare(session, _kept(session))


def recover(session: TerraformSession) -> None:
    """Write the kept state. Raises StepFailed as `check_recovery`, and `state_locked`, `state_lock_race`,
    `recover_failed`.
    """
    job = session.job
    kept = _kept(session)
    ended, said = run_text_command_with_lock(session, _COMMAND, lambda: _compare_and_push(session, kept))
    if ended.stopped is not None:
        raise JobStopped(ended.stopped, session.cli.name(_COMMAND))
    if ended.returncode != 0:
        _refuse(session, kept, ended, said)
    job.log.write("the kept state is in the back end")
    if (current := read_state(session)) is not None:
        job.progress.state = current.record
        # the apply may have been in the middle of something that even the kept state does not know of
        is_empty = current.resources is Resources.NONE
        job.progress.resources = Resources.UNKNOWN if is_empty else current.resources


def _compare_and_push(session: TerraformSession, kept: _Kept) -> tuple[CommandResult, str]:
    """One try: decided anew, as somebody may have written while the lock was waited for."""
    there = _compare(session, kept)
    if _same(kept.state, there):
        return CommandResult(0), ""
    # Terraform compares lineages too, also with an empty state
    force = there.get("lineage") not in (None, "", kept.state.get("lineage"))
    options = ("-no-color", "-force") if force else ("-no-color",)
    return session.cli.run_text("state", "push", *options, str(kept.file), stop=session.job.stop)


def _refuse(session: TerraformSession, kept: _Kept, ended: CommandResult, said: str) -> NoReturn:
    """Say why the state was not written. Raises StepFailed `state_moved`, `recover_failed`."""
    if PUSH_OVER_ANOTHER_STATE.is_in(said):
        # written between our look and Terraform's own, under its lock
        session.job.progress.mark_not_applied()
        _compare(session, kept)
    text = " ".join(session.job.redact(said).split())
    raise StepFailed(Failure(FailureCode.RECOVER_FAILED, f"{session.cli.name(_COMMAND)} {ended}: {text}"))


def _kept(session: TerraformSession) -> _Kept:
    opened = _opened(session)
    state = _parsed(opened.state)
    if state is None:
        raise StepFailed(
            Failure(FailureCode.ERRORED_STATE_UNREADABLE, "reading the kept state: it is no state")
        )
    file = session.job.workspace.root / "recovered.tfstate"
    file.write_bytes(opened.state)
    return _Kept(file, state, _parsed(opened.base_state or b"{}") or {})


def _compare(session: TerraformSession, kept: _Kept) -> dict[str, Any]:
    """The state that there is, whose place the kept one may take."""
    there = _parsed(pull_state(session) or b"{}")
    if there is None:
        raise StepFailed(
            Failure(FailureCode.STATE_UNREADABLE, "reading the state that there is now: it is no state")
        )
    if not (_never_used(there) or _same(kept.state, there)):
        _refuse_what_moved(kept.state, there, kept.base_state)
    return there


def _opened(session: TerraformSession) -> ErroredState:
    data = open_sealed(session.job, session.job.spec.errored_state or "", SEALED_STATE)
    try:
        return ErroredState.from_json(data)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        message = "reading the kept state: what was sealed is none"
        raise StepFailed(Failure(FailureCode.ERRORED_STATE_UNREADABLE, message)) from error


def _refuse_what_moved(kept: dict[str, Any], there: dict[str, Any], base_state: dict[str, Any]) -> None:
    """Return where the kept state grew out of the one that is there. Raises StepFailed `state_moved`."""
    later = int(kept.get("serial", 0)) > int(there.get("serial", 0))
    if not later or there.get("lineage") != kept.get("lineage"):
        raise _moved(kept, there, ())
    if changed := changed_by_others(there, kept=kept, base_state=base_state):
        raise _moved(kept, there, changed)


def _moved(kept: dict[str, Any], there: dict[str, Any], changed: Sequence[str]) -> StepFailed:
    listed = ", ".join(changed[:_MAX_ADDRESSES]) + (", …" if len(changed) > _MAX_ADDRESSES else "")
    message = (
        f"comparing the kept state with the one that there is: somebody has changed {listed or 'the state'} "
        f"since. It has serial {there.get('serial')} and lineage '{there.get('lineage')}', the kept one "
        f"serial {kept.get('serial')} and lineage '{kept.get('lineage')}'; nothing was written. To go on "
        'without the kept one, apply with "discard_errored_state": true'
    )
    return StepFailed(Failure(FailureCode.STATE_MOVED, message))


def _same(kept: dict[str, Any], there: dict[str, Any]) -> bool:
    # a push may raise the serial
    return {**kept, "serial": None} == {**there, "serial": None}


def _never_used(state: dict[str, Any]) -> bool:
    # some back ends write an empty state, with a lineage of its own, as soon as a workspace is looked at
    return not state.get("resources") and not state.get("outputs") and int(state.get("serial", 0)) <= 1


def _parsed(data: bytes) -> dict[str, Any] | None:
    try:
        state = json.loads(data)
    except ValueError:
        return None
    return state if isinstance(state, dict) else None
