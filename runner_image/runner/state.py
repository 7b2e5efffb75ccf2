"""What Terraform's state says about a deployment, and the state that Terraform could not write."""

from __future__ import annotations

import json
from typing import Any

from functions.domain import artifacts
from functions.domain.clock import now
from functions.domain.state import StateRecord
from functions.domain.status import Resources
from runner.job import Job
from runner.retry import until_answered
from runner.secrets import keep_sealed
from runner.stop import Stop

ERRORED_STATE = "errored.tfstate"
# as long as for a result (report.py)
_PATIENCE = 3600.0


def read_state(job: Job) -> tuple[StateRecord, Resources] | None:
    """The record of the state and whether it has resources, or None where it cannot be read."""
    pulled = pull_state(job)
    if pulled is None:
        return None
    try:
        state = json.loads(pulled) if pulled.strip() else {}
        has_resources = any(
            resource["mode"] == "managed" and resource["instances"] for resource in state.get("resources", ())
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return record_of(job, state), Resources.SOME if has_resources else Resources.NONE


def pull_state(job: Job) -> bytes | None:
    """The state as it is, empty where there is none, or None where it cannot be read."""
    ended, output = job.engine.read("state", "pull", stop=Stop())
    return output if ended.returncode == 0 else None


def record_of(job: Job, state: dict[str, Any]) -> StateRecord:
    """What Slipway keeps of a state."""
    return StateRecord(
        backend_type=job.spec.backend.type,
        backend_config=job.backend_block,
        workspace=job.spec.workspace,
        serial=state.get("serial"),
        lineage=state.get("lineage"),
        last_modified=now(),
    )


def keep_errored_state(job: Job) -> str | None:
    """Seal and keep the state that Terraform could not write; gives the blob's name, or None without one.

    Raises StepFailed `secrets_unavailable` and, after an hour, StorageUnavailable: nothing else says what
    has been made.
    """
    path = job.workspace.template / ERRORED_STATE
    if not path.exists():
        return None
    blob = artifacts.errored_state(job.spec.operation_id, job.spec.job)
    data = path.read_bytes()
    until_answered(lambda: keep_sealed(job, blob, data), seconds=_PATIENCE)
    job.findings.errored_state = blob
    return blob
