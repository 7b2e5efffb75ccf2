"""What Terraform's state says about a deployment, and the state that Terraform could not write."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path

from functions.domain.job import JobSpec, StateRecord
from functions.domain.status import Resources
from runner.engine import Engine
from runner.stop import Stop

ERRORED_STATE = "errored.tfstate"


def read_state(engine: Engine, spec: JobSpec, written_at: datetime) -> tuple[StateRecord, Resources] | None:
    """The record of the state and whether it has resources, or None where it cannot be read."""
    ended, output = engine.read("state", "pull", stop=Stop())
    if ended.returncode != 0:
        return None
    try:
        state = json.loads(output) if output.strip() else {}
        has_resources = any(
            resource["mode"] == "managed" and resource["instances"] for resource in state.get("resources", ())
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    record = StateRecord(
        backend_type=spec.backend.type,
        backend_config=spec.backend.config,
        workspace=spec.workspace,
        serial=state.get("serial"),
        lineage=state.get("lineage"),
        last_modified=written_at,
    )
    return record, Resources.SOME if has_resources else Resources.NONE


def keep_errored_state(template: Path, spec: JobSpec, state_dir: Path) -> Path | None:
    """Move the state that Terraform could not write out of the work folder, for its owner's eyes only.

    Gives its new place, or None where there is none. It may hold secrets and does not go to storage unsealed.
    """
    source = template / ERRORED_STATE
    if not source.exists():
        return None
    folder = state_dir / spec.deployment_id
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / f"errored-{spec.operation_id}-{spec.job}.tfstate"
    shutil.move(source, target)
    target.chmod(0o600)
    return target
