"""Stores values that are too long for a table property in blobs named by their content's digest.

The row keeps the digest: the property `x` becomes `x_blob`. The blob is written before the row, so a row
never refers to a missing blob.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from functions.adapters.storage.deployment_rows import JSON_COLUMNS
from functions.adapters.storage.table_rows import MAX_STRING_UNITS, Row, utf16_units
from functions.domain.errors import StorageUnavailable
from functions.domain.jobs.blob_names import large_value

if TYPE_CHECKING:
    from functions.ports import ArtifactStore

_SUFFIX = "_blob"


def offload(row: Row, artifacts: ArtifactStore) -> Row:
    """Write every JSON property that is too long to a blob; return the row with digests in their place."""
    return dict(_offloaded(row["PartitionKey"], name, value, artifacts) for name, value in row.items())


def restore(row: Row, artifacts: ArtifactStore) -> Row:
    """Return the row that `offload` was given. Raises StorageUnavailable if a blob does not exist."""
    return dict(_restored(row["PartitionKey"], name, value, artifacts) for name, value in row.items())


def _offloaded(deployment_id: str, name: str, value: object, artifacts: ArtifactStore) -> tuple[str, object]:
    if name not in JSON_COLUMNS or not isinstance(value, str) or utf16_units(name, value) <= MAX_STRING_UNITS:
        return name, value
    data = value.encode()
    digest = hashlib.sha256(data).hexdigest()
    if not artifacts.create(large_value(deployment_id, digest), data):
        raise StorageUnavailable(
            f"writing property '{name}' of '{deployment_id}': its blob has other content"
        )
    return name + _SUFFIX, digest


def _restored(deployment_id: str, name: str, value: object, artifacts: ArtifactStore) -> tuple[str, object]:
    if not name.endswith(_SUFFIX) or name.removesuffix(_SUFFIX) not in JSON_COLUMNS:
        return name, value
    blob = artifacts.read(large_value(deployment_id, str(value)))
    if blob is None:
        raise StorageUnavailable(f"reading property '{name}' of '{deployment_id}': its blob does not exist")
    return name.removesuffix(_SUFFIX), blob.data.decode()
