"""The sensitive parameters of a job: opened at its start, and given to the engine by its environment only."""

from __future__ import annotations

import json
from typing import Any

from functions.domain.errors import SealBroken, SecretBoxUnavailable
from functions.domain.job import Failure
from runner.errors import StepFailed
from runner.job import Job
from runner.retry import until_answered

_PATIENCE = 300.0


def open_secrets(job: Job) -> None:
    """Have the engine get every sensitive parameter as `TF_VAR_<name>`, and no log hold one.

    Raises StepFailed `secrets_missing`, `secrets_unreadable`, `secrets_unavailable`.
    """
    opened = {blob: _sealed_object(job, blob) for blob in sorted(set(job.spec.secrets.values()))}
    for name, blob in job.spec.secrets.items():
        if name not in opened[blob]:
            raise StepFailed(Failure("secrets_unreadable", f"blob '{blob}' holds no parameter '{name}'"))
    values = {name: opened[blob][name] for name, blob in job.spec.secrets.items()}
    job.redact.add(values.values())
    for name, value in values.items():
        if value is not None:
            job.engine.environment[f"TF_VAR_{name}"] = value if isinstance(value, str) else json.dumps(value)


def open_sealed(job: Job, blob: str, what: str) -> bytes:
    """The bytes of a sealed blob. Raises StepFailed `<what>_missing`, `<what>_unreadable`."""
    found = until_answered(lambda: job.store.read(blob), seconds=_PATIENCE, stop=job.stop)
    if found is None:
        message = f"reading the sealed {what.replace('_', ' ')}: there is no blob '{blob}'"
        raise StepFailed(Failure(f"{what}_missing", message))
    try:
        return job.box.open(found.data, name=blob)
    except (SealBroken, SecretBoxUnavailable) as error:
        raise StepFailed(Failure(f"{what}_unreadable", str(error))) from error


def keep_sealed(job: Job, blob: str, data: bytes) -> str:
    """Seal the bytes into a blob that is not there yet; gives its name."""
    try:
        sealed = job.box.seal(data, name=blob)
    except SecretBoxUnavailable as error:
        raise StepFailed(Failure("secrets_unavailable", str(error))) from error
    until_answered(lambda: job.store.create(blob, sealed), seconds=_PATIENCE)
    return blob


def _sealed_object(job: Job, blob: str) -> dict[str, Any]:
    try:
        values = json.loads(open_sealed(job, blob, "secrets"))
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise StepFailed(Failure("secrets_unreadable", f"blob '{blob}' holds no parameters"))
    return values
