"""What Terraform's state says about a deployment."""

from __future__ import annotations

import json
from typing import Any

from functions.domain.clock import now
from functions.domain.job import Failure
from functions.domain.state import StateRecord
from functions.domain.status import Resources
from runner.errors import StepFailed
from runner.job import Job
from runner.stop import Stop


def read_state(job: Job) -> tuple[StateRecord, Resources] | None:
    """The record of the state and whether it has resources; None where it cannot be read, and the log says
    why.
    """
    try:
        pulled = pull_state(job)
        state = json.loads(pulled) if pulled.strip() else {}
        has_resources = any(
            resource["mode"] == "managed" and resource["instances"] for resource in state.get("resources", ())
        )
    except StepFailed as error:
        job.log.write(str(error))
        return None
    except (ValueError, KeyError, TypeError, AttributeError):
        job.log.write("reading the state: what the engine gave is no state that can be read")
        return None
    return record_of(job, state), Resources.SOME if has_resources else Resources.NONE


def pull_state(job: Job) -> bytes:
    """The state as it is, empty where there is none. Raises StepFailed `state_unreadable`."""
    ended, output = job.engine.read("state", "pull", stop=Stop())
    if ended.returncode != 0:
        message = f"reading the state: {job.ending('state pull', ended)}"
        raise StepFailed(Failure("state_unreadable", message))
    return output


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
