"""Writing back a state that could not be written: only where nothing newer has taken its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from functions.domain.job import Failure
from runner.errors import JobStopped, StepFailed
from runner.job import Job
from runner.locks import ask_with_lock
from runner.secrets import open_sealed
from runner.state import pull_state, read_state

_COMMAND = "state push"


def check_recovery(job: Job) -> None:
    """Compare the kept state with the one that there is, before anything is claimed.

    Raises StepFailed `state_moved`, `state_unreadable`, `errored_state_missing`, `errored_state_unreadable`.
    """
    data = open_sealed(job, job.spec.errored_state or "", "errored_state")
    if _parsed(data) is None:
        raise StepFailed(Failure("errored_state_unreadable", "the kept state is no state"))
    _file(job).write_bytes(data)
    _compare(job)


def recover(job: Job) -> None:
    """Write the kept state. Raises StepFailed `state_moved`, `state_unreadable`, `state_locked`,
    `state_lock_race`, `recover_failed`.
    """
    kept, there = _compare(job)
    if _same(kept, there):
        job.log.write("the kept state is there already")
    else:
        # Terraform compares lineages too, also with an empty state
        _push(job, force=there.get("lineage") not in (None, "", kept.get("lineage")))
        job.log.write("the kept state is written")
    if (found := read_state(job)) is not None:
        job.findings.state, job.findings.resources = found


def _push(job: Job, *, force: bool) -> None:
    options = ("-no-color", "-force") if force else ("-no-color",)
    ended, said = ask_with_lock(
        job, lambda: job.engine.ask("state", "push", *options, str(_file(job)), stop=job.stop)
    )
    if ended.stopped is not None:
        raise JobStopped(ended.stopped, job.engine.name(_COMMAND))
    if ended.returncode != 0:
        text = " ".join(job.redact(said).split())
        raise StepFailed(Failure("recover_failed", f"{job.engine.name(_COMMAND)} {ended}: {text}"))


def _may_replace(kept: dict[str, Any], there: dict[str, Any]) -> bool:
    """True where `kept` follows from the state that is `there`, or is it, or nothing was ever there."""
    if _never_used(there) or _same(kept, there):
        return True
    follows = int(kept.get("serial", 0)) > int(there.get("serial", 0))
    return follows and there.get("lineage") == kept.get("lineage")


def _same(kept: dict[str, Any], there: dict[str, Any]) -> bool:
    # a push may raise the serial
    return {**kept, "serial": None} == {**there, "serial": None}


def _never_used(state: dict[str, Any]) -> bool:
    # some back ends write an empty state, with a lineage of its own, as soon as a workspace is looked at
    return not state.get("resources") and not state.get("outputs") and int(state.get("serial", 0)) <= 1


def _compare(job: Job) -> tuple[dict[str, Any], dict[str, Any]]:
    """The kept state and the one that there is, where the first may take the other's place."""
    pulled = pull_state(job)
    there = None if pulled is None else _parsed(pulled or b"{}")
    if there is None:
        raise StepFailed(Failure("state_unreadable", "the state that there is now cannot be read"))
    kept = _parsed(_file(job).read_bytes()) or {}
    if not _may_replace(kept, there):
        message = (
            f"the state has moved on since: it has serial {there.get('serial')} and lineage "
            f"'{there.get('lineage')}', the kept one serial {kept.get('serial')} and lineage "
            f"'{kept.get('lineage')}'; nothing was written"
        )
        raise StepFailed(Failure("state_moved", message))
    return kept, there


def _file(job: Job) -> Path:
    return job.workspace.root / "recovered.tfstate"


def _parsed(data: bytes) -> dict[str, Any] | None:
    try:
        state = json.loads(data)
    except ValueError:
        return None
    return state if isinstance(state, dict) else None
