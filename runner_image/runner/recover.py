"""Writing back a state that could not be written: only where nobody has changed anything since."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from functions.domain.job import Failure
from runner.errors import JobStopped, StepFailed
from runner.job import Job
from runner.kept_state import KeptState, changed_by_others
from runner.locks import ask_with_lock
from runner.secrets import open_sealed
from runner.state import pull_state, read_state

_COMMAND = "state push"
_MOST_ADDRESSES = 20


def check_recovery(job: Job) -> None:
    """Compare the kept state with the one that there is, before anything is claimed.

    Raises StepFailed `state_moved`, `state_unreadable`, `errored_state_missing`, `errored_state_unreadable`.
    """
    _compare(job)


def recover(job: Job) -> None:
    """Write the kept state. Raises StepFailed as `check_recovery`, and `state_locked`, `state_lock_race`,
    `backend_unavailable`, `recover_failed`.
    """
    try:
        file, kept, there = _compare(job)
    except StepFailed:
        job.findings.nothing_applied()
        raise
    if _same(kept, there):
        job.log.write("the kept state is there already")
    else:
        # Terraform compares lineages too, also with an empty state
        _push(job, file, force=there.get("lineage") not in (None, "", kept.get("lineage")))
        job.log.write("the kept state is written")
    if (found := read_state(job)) is not None:
        job.findings.state, job.findings.resources = found


def _push(job: Job, file: Path, *, force: bool) -> None:
    options = ("-no-color", "-force") if force else ("-no-color",)
    ended, said = ask_with_lock(
        job, _COMMAND, lambda: job.engine.ask("state", "push", *options, str(file), stop=job.stop)
    )
    if ended.stopped is not None:
        raise JobStopped(ended.stopped, job.engine.name(_COMMAND))
    if ended.returncode != 0:
        text = " ".join(job.redact(said).split())
        raise StepFailed(Failure("recover_failed", f"{job.engine.name(_COMMAND)} {ended}: {text}"))


def _compare(job: Job) -> tuple[Path, dict[str, Any], dict[str, Any]]:
    """The kept state, as a file and as it reads, and the one that there is, whose place it may take."""
    opened = _opened(job)
    kept = _parsed(opened.state)
    if kept is None:
        raise StepFailed(Failure("errored_state_unreadable", "reading the kept state: it is no state"))
    there = _parsed(pull_state(job) or b"{}")
    if there is None:
        raise StepFailed(Failure("state_unreadable", "reading the state that there is now: it is no state"))
    if not (_never_used(there) or _same(kept, there)):
        _refuse_what_moved(kept, there, _parsed(opened.began_from or b"{}") or {})
    file = job.workspace.root / "recovered.tfstate"
    file.write_bytes(opened.state)
    return file, kept, there


def _opened(job: Job) -> KeptState:
    data = open_sealed(job, job.spec.errored_state or "", "errored_state")
    try:
        return KeptState.from_json(data)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        message = "reading the kept state: what was sealed is none"
        raise StepFailed(Failure("errored_state_unreadable", message)) from error


def _refuse_what_moved(kept: dict[str, Any], there: dict[str, Any], began_from: dict[str, Any]) -> None:
    """Return where the kept state grew out of the one that is there. Raises StepFailed `state_moved`."""
    later = int(kept.get("serial", 0)) > int(there.get("serial", 0))
    if not later or there.get("lineage") != kept.get("lineage"):
        raise _moved(kept, there, ())
    if changed := changed_by_others(there, kept=kept, began_from=began_from):
        raise _moved(kept, there, changed)


def _moved(kept: dict[str, Any], there: dict[str, Any], changed: Sequence[str]) -> StepFailed:
    listed = ", ".join(changed[:_MOST_ADDRESSES]) + (", …" if len(changed) > _MOST_ADDRESSES else "")
    message = (
        f"comparing the kept state with the one that there is: somebody has changed {listed or 'the state'} "
        f"since. It has serial {there.get('serial')} and lineage '{there.get('lineage')}', the kept one "
        f"serial {kept.get('serial')} and lineage '{kept.get('lineage')}'; nothing was written. To go on "
        'without the kept one, apply with "discard_errored_state": true'
    )
    return StepFailed(Failure("state_moved", message))


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
