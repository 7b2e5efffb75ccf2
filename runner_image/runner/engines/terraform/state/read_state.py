"""Reads from Terraform's state what Slipway records of a deployment."""

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
    """The state after an operation. Each output is its value and whether it is sensitive."""

    record: StateRecord
    resources: Resources
    objects: frozenset[ObjectKey]
    outputs: dict[str, tuple[Any, bool]]


def read_state(session: TerraformSession) -> CurrentState | None:
    """Read the state. If it cannot be read, write the reason to the log and return None."""
    try:
        data = pull_state(session)
        state = json.loads(data) if data.strip() else {}
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
    """Return if a state has resources. Raises KeyError, TypeError or AttributeError if it is no state."""
    resources = state.get("resources", ())
    has_any = any(resource["mode"] == "managed" and resource["instances"] for resource in resources)
    return Resources.SOME if has_any else Resources.NONE


def pull_state(session: TerraformSession) -> bytes:
    """Return the state, empty if there is none.

    Raises StepFailed `state_unreadable`, or `backend_unavailable` if the backend does not respond.
    """
    stderr = bytearray()
    result, output = session.cli.read("state", "pull", "-no-color", stop=Stop(), on_error=stderr.extend)
    if result.returncode != 0:
        text = " ".join(session.job.redact(stderr.decode("utf-8", "replace")).split())
        code = (
            FailureCode.BACKEND_UNAVAILABLE if is_backend_unavailable(text) else FailureCode.STATE_UNREADABLE
        )
        message = f"reading the state: {session.describe_end('state pull', result)}"
        raise StepFailed(Failure(code, f"{message}: {text}" if text else message))
    return output


def record_of(session: TerraformSession, state: dict[str, Any]) -> StateRecord:
    """Return what Slipway records of a state."""
    return StateRecord(
        backend_type=session.settings.backend.type,
        backend_config=session.backend_block,
        workspace=session.settings.workspace,
        serial=state.get("serial"),
        lineage=state.get("lineage"),
        last_modified=now(),
    )
