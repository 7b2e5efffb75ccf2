"""Opens the sensitive parameters of a job at its start, and masks them from then on."""

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
    """The sensitive parameters by name. `schemas` has the schemas of all parameters, if any is sensitive."""

    values: dict[str, Any]
    schemas: dict[str, Any]


def open_secrets(job: Job) -> OpenedSecrets:
    """Open every sensitive parameter, and mask their values and earlier ones in all that the job writes.

    Raises StepFailed `secrets_missing`, `secrets_unreadable`, `secrets_unavailable`, `template_unreadable`.
    """
    schemas = _schemas(job)
    _mask_former(job, schemas)
    opened = {blob: _sealed_object(job, blob) for blob in sorted(set(job.spec.secrets.values()))}
    for name, blob in job.spec.secrets.items():
        if name not in opened[blob]:
            raise StepFailed(
                Failure(FailureCode.SECRETS_UNREADABLE, f"blob '{blob}' holds no parameter '{name}'")
            )
    values = {name: opened[blob][name] for name, blob in job.spec.secrets.items()}
    _mask(job, values, schemas)
    return OpenedSecrets(values, schemas)


def _mask_former(job: Job, schemas: dict[str, Any]) -> None:
    """Mask earlier values, which the state may still contain. The job continues if one cannot be read."""
    for blob in job.spec.former_secrets:
        try:
            _mask(job, _sealed_object(job, blob), schemas)
        except StepFailed as error:
            job.log.write(f"hiding what secrets were before: {error}; they are not masked in this log")


def _mask(job: Job, values: dict[str, Any], schemas: dict[str, Any]) -> None:
    keys = (key for name, value in values.items() for key in _keys_of_maps(value, schemas.get(name, {})))
    job.redact.add([*values.values(), *keys])


def _keys_of_maps(value: Any, schema: dict[str, Any]) -> Iterator[str]:
    """Yield the keys of maps: a caller chose them, so they are as secret as the values.

    The attributes of objects are left out, as they are names from the template.
    """
    item_schema = schema.get("additionalProperties") or schema.get("items") or {}
    if isinstance(value, dict):
        if isinstance(schema.get("additionalProperties"), dict):
            yield from value
        for name, item in value.items():
            yield from _keys_of_maps(item, schema.get("properties", {}).get(name, item_schema))
    elif isinstance(value, list):
        tuple_schemas = schema.get("prefixItems", [])
        for index, item in enumerate(value):
            yield from _keys_of_maps(
                item, tuple_schemas[index] if index < len(tuple_schemas) else item_schema
            )


def _schemas(job: Job) -> dict[str, Any]:
    """Return the schemas of the template's parameters, by name; none if no parameter is sensitive."""
    if not job.spec.secrets and not job.spec.former_secrets:
        return {}
    name = blob_names.template_entry(job.spec.template_digest)
    entry = retry_until_available(lambda: job.store.read(name), seconds=_TIMEOUT_SECONDS, stop=job.stop)
    try:
        return dict(json.loads(entry.data)["parameters"]["properties"]) if entry else {}
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
