"""Writing back a state that could not be written: only where nothing newer has taken its place."""

from __future__ import annotations

import json
from typing import Any

from functions.domain.job import Failure
from functions.domain.status import Resources
from runner.errors import StepFailed
from runner.job import Job
from runner.secrets import open_sealed
from runner.state import pull_state, read_state

_FILE = "slipway-recovered.tfstate"


def check_recovery(job: Job) -> None:
    """Compare the kept state with the one that there is, before anything is claimed.

    Raises StepFailed `state_moved`, `state_unreadable`, `errored_state_missing`, `errored_state_unreadable`.
    """
    kept = open_sealed(job, job.spec.errored_state or "", "errored_state")
    pulled = pull_state(job)
    if pulled is None:
        raise StepFailed(Failure("state_unreadable", "the state that there is now cannot be read"))
    there = json.loads(pulled) if pulled.strip() else {}
    ours = json.loads(kept)
    if there and not _may_replace(ours, there):
        message = (
            f"the state has moved on since: it has serial {there.get('serial')} and lineage "
            f"'{there.get('lineage')}', the kept one serial {ours.get('serial')} and lineage "
            f"'{ours.get('lineage')}'; nothing was written"
        )
        raise StepFailed(Failure("state_moved", message))
    (job.workspace.root / _FILE).write_bytes(kept)


def recover(job: Job) -> None:
    """Write the kept state. Raises StepFailed `recover_failed`."""
    ended, said = job.engine.ask("state", "push", str(job.workspace.root / _FILE), stop=job.stop)
    if ended.returncode != 0:
        text = " ".join(job.redact(said).split())
        raise StepFailed(Failure("recover_failed", f"{job.engine.name('state push')} {ended}: {text}"))
    found = read_state(job)
    if found is not None:
        job.findings.state, job.findings.resources = found
    else:
        job.findings.resources = Resources.UNKNOWN
    job.log.write("the kept state is written")


def _may_replace(ours: dict[str, Any], there: dict[str, Any]) -> bool:
    if there.get("lineage") != ours.get("lineage"):
        return not there.get("resources") and not there.get("serial")
    return int(ours.get("serial", 0)) > int(there.get("serial", 0))
