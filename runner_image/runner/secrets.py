"""The sensitive parameters of a job: opened at its start, and hidden from then on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from functions.domain.failures import Failure, FailureCode
from functions.domain.jobs import blob_names
from runner.contract.storage_retry import retry_until_available
from runner.errors import StepFailed
from runner.job import Job
from runner.sealed_blobs import SEALED_SECRETS, open_sealed

_TIMEOUT_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class OpenedSecrets:
    """The sensitive parameters by their names; `schemas` are those of all parameters, where there are any."""

    values: dict[str, Any]
    schemas: dict[str, Any]


def open_secrets(job: Job) -> OpenedSecrets:
    """Open every sensitive parameter, and have no log hold one, nor one that the deployment had before.

    Raises StepFailed `secrets_missing`, `secrets_unreadable`, `secrets_unavailable`, `template_unreadable`.
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
    return OpenedSecrets(values, schemas)


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


def _schemas(job: Job) -> dict[str, Any]:
    """What the catalog knows of the template's parameters, by their names."""
    if not job.spec.secrets and not job.spec.former_secrets:
        return {}
    name = blob_names.template_entry(job.spec.template_digest)
    found = retry_until_available(lambda: job.store.read(name), seconds=_TIMEOUT_SECONDS, stop=job.stop)
    try:
        return dict(json.loads(found.data)["parameters"]["properties"]) if found else {}
    except (ValueError, KeyError, TypeError) as error:
        raise StepFailed(
            Failure(FailureCode.TEMPLATE_UNREADABLE, f"reading blob '{name}': it is no entry")
        ) from error


def _sealed_object(job: Job, blob: str) -> dict[str, Any]:
    try:
        values = json.loads(open_sealed(job, blob, SEALED_SECRETS))
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise StepFailed(Failure(FailureCode.SECRETS_UNREADABLE, f"blob '{blob}' holds no parameters"))
    return values
