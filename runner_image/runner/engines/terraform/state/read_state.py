"""What Terraform's state says about a deployment."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from functions.domain.clock import now
from functions.domain.failures import Failure, FailureCode
from functions.domain.jobs.terraform_state import StateRecord
from functions.domain.status import Resources
from runner.engines.terraform.apply_record import ObjectKey, objects_in
from runner.engines.terraform.session import TerraformSession
from runner.engines.terraform.transient_errors import is_backend_unavailable
from runner.errors import StepFailed
from runner.process.stop import Stop


@dataclass(frozen=True, slots=True)
class CurrentState:
    """The state after an operation: its record, whether it has resources, and which; `outputs` are values,
    each with whether it is sensitive.
    """

    record: StateRecord
    resources: Resources
    objects: frozenset[ObjectKey]
    outputs: dict[str, tuple[Any, bool]]


def read_state(session: TerraformSession) -> CurrentState | None:
    """Read the state; None where it cannot be read, and the log says why."""
    try:
        pulled = pull_state(session)
        state = json.loads(pulled) if pulled.strip() else {}
        resources, objects, outputs = resources_in(state), objects_in(state), _outputs_in(state)
    except StepFailed as error:
        session.job.log.write(str(error))
        return None
    except (ValueError, KeyError, TypeError, AttributeError):
        session.job.log.write("reading the state: what the engine gave is no state that can be read")
        return None
    return CurrentState(record_of(session, state), resources, objects, outputs)


def _outputs_in(state: dict[str, Any]) -> dict[str, tuple[Any, bool]]:
    outputs = state.get("outputs", {})
    return {name: (output["value"], output.get("sensitive", False)) for name, output in outputs.items()}


def resources_in(state: dict[str, Any]) -> Resources:
    """Whether a state has any. Raises KeyError, TypeError or AttributeError for what is no state."""
    has_any = any(each["mode"] == "managed" and each["instances"] for each in state.get("resources", ()))
    return Resources.SOME if has_any else Resources.NONE


def pull_state(session: TerraformSession) -> bytes:
    """The state as it is, empty where there is none. Raises StepFailed `state_unreadable`, or
    `backend_unavailable` where that does not answer.
    """
    said = bytearray()
    ended, output = session.cli.read("state", "pull", "-no-color", stop=Stop(), on_error=said.extend)
    if ended.returncode != 0:
        text = " ".join(session.job.redact(said.decode("utf-8", "replace")).split())
        code = (
            FailureCode.BACKEND_UNAVAILABLE if is_backend_unavailable(text) else FailureCode.STATE_UNREADABLE
        )
        message = f"reading the state: {session.describe_end('state pull', ended)}"
        raise StepFailed(Failure(code, f"{message}: {text}" if text else message))
    return output


def record_of(session: TerraformSession, state: dict[str, Any]) -> StateRecord:
    """What Slipway keeps of a state."""
    return StateRecord(
        backend_type=session.settings.backend.type,
        backend_config=session.backend_block,
        workspace=session.settings.workspace,
        serial=state.get("serial"),
        lineage=state.get("lineage"),
        last_modified=now(),
    )
