"""The sensitive parameters of a job: opened at its start, and given to the engine by its environment only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from functions.domain.errors import SecretBoxUnavailable, UnsealFailed
from functions.domain.failures import Failure, FailureCode
from functions.domain.jobs import blob_names
from runner.contract.storage_retry import retry_until_available
from runner.engines.terraform.hcl import as_expression
from runner.errors import StepFailed
from runner.job import Job

_PATIENCE = 300.0


def open_secrets(job: Job) -> dict[str, None]:
    """Have the engine get every sensitive parameter as `TF_VAR_<name>`, and no log hold one, nor one that the
    deployment had before.

    Gives those that are null: no variable of the environment can say that, and it is no secret. Raises
    StepFailed `secrets_missing`, `secrets_unreadable`, `secrets_unavailable`, `template_unreadable`.
    """
    schemas = _schemas(job)
    _hide_former(job, schemas)
    opened = {blob: _sealed_object(job, blob) for blob in sorted(set(job.spec.secrets.values()))}
    for name, blob in job.spec.secrets.items():
        if name not in opened[blob]:
            raise StepFailed(
                Failure(FailureCode.SECRETS_UNREADABLE, f"blob '{blob}' holds no parameter '{name}'")
            )
    values = {name: opened[blob][name] for name, blob in job.spec.secrets.items()}
    _hide(job, values, schemas)
    for name, value in values.items():
        if value is not None:
            job.engine.environment[f"TF_VAR_{name}"] = _variable(value, schemas.get(name, {}))
    return dict.fromkeys(name for name, value in values.items() if value is None)


def _hide_former(job: Job, schemas: dict[str, Any]) -> None:
    """Hide what the state may still hold. One that is gone is no reason to end the job."""
    for blob in job.spec.former_secrets:
        try:
            _hide(job, _sealed_object(job, blob), schemas)
        except StepFailed as error:
            job.log.write(f"hiding what secrets were before: {error}; they are not masked in this log")


def _hide(job: Job, values: dict[str, Any], schemas: dict[str, Any]) -> None:
    keys = (key for name, value in values.items() for key in _keys_of_maps(value, schemas.get(name, {})))
    job.redact.add([*values.values(), *keys])


def _keys_of_maps(value: Any, schema: dict[str, Any]) -> Iterator[str]:
    """The keys that a caller chose, and are as secret as the values; the attributes of an object are words of
    the template.
    """
    each = schema.get("additionalProperties") or schema.get("items") or {}
    if isinstance(value, dict):
        if isinstance(schema.get("additionalProperties"), dict):
            yield from value
        for name, item in value.items():
            yield from _keys_of_maps(item, schema.get("properties", {}).get(name, each))
    elif isinstance(value, list):
        first = schema.get("prefixItems", [])
        for index, item in enumerate(value):
            yield from _keys_of_maps(item, first[index] if index < len(first) else each)


def _variable(value: Any, schema: dict[str, Any]) -> str:
    """The value as Terraform reads it from a variable of the environment: the text itself where the parameter
    is declared as a text, or as nothing at all; else an expression.
    """
    is_raw = isinstance(value, str) and "object" not in schema.get("type", ())
    return str(value) if is_raw else as_expression(value)


def _schemas(job: Job) -> dict[str, Any]:
    """What the catalog knows of the template's parameters, by their names."""
    if not job.spec.secrets and not job.spec.former_secrets:
        return {}
    name = blob_names.template_entry(job.spec.template_digest)
    found = retry_until_available(lambda: job.store.read(name), seconds=_PATIENCE, stop=job.stop)
    try:
        return dict(json.loads(found.data)["parameters"]["properties"]) if found else {}
    except (ValueError, KeyError, TypeError) as error:
        raise StepFailed(
            Failure(FailureCode.TEMPLATE_UNREADABLE, f"reading blob '{name}': it is no entry")
        ) from error


def open_sealed(job: Job, blob: str, what: str) -> bytes:
    """The bytes of a sealed blob. Raises StepFailed `<what>_missing`, `<what>_unreadable`."""
    found = retry_until_available(lambda: job.store.read(blob), seconds=_PATIENCE, stop=job.stop)
    if found is None:
        message = f"reading the sealed {what.replace('_', ' ')}: there is no blob '{blob}'"
        raise StepFailed(Failure(f"{what}_missing", message))
    try:
        return job.box.open(found.data, name=blob)
    except (UnsealFailed, SecretBoxUnavailable) as error:
        raise StepFailed(Failure(f"{what}_unreadable", str(error))) from error


def keep_sealed(job: Job, blob: str, data: bytes) -> str:
    """Seal the bytes into a blob that is not there yet; gives its name."""
    try:
        sealed = job.box.seal(data, name=blob)
    except SecretBoxUnavailable as error:
        raise StepFailed(Failure(FailureCode.SECRETS_UNAVAILABLE, str(error))) from error
    retry_until_available(lambda: job.store.create(blob, sealed), seconds=_PATIENCE)
    return blob


def _sealed_object(job: Job, blob: str) -> dict[str, Any]:
    try:
        values = json.loads(open_sealed(job, blob, "secrets"))
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise StepFailed(Failure(FailureCode.SECRETS_UNREADABLE, f"blob '{blob}' holds no parameters"))
    return values
