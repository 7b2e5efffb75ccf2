"""Searches everything that a Slipway on one machine has stored, for a secret or the rest of a deployment."""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from functions.adapters.storage.clients import StorageClients
from local.demos.session import DemoSlipway

_MAX_MESSAGES = 32
_FOLDERS = ("logs", "jobs")

Place = tuple[str, bytes]


def all_places(slipway: DemoSlipway) -> Iterator[Place]:
    """Yield the place and content of every blob, table row, queued message, log and file of a job."""
    yield from blobs_and_rows(slipway)
    clients = StorageClients(slipway.storage)
    for name in (clients.names.operations, clients.names.completions):
        for message in clients.queue(name).peek_messages(max_messages=_MAX_MESSAGES):
            yield f"queue '{name}'", _decoded(str(message.content))
    for folder in _FOLDERS:
        yield from _files(slipway.folder / folder)


def blobs_and_rows(slipway: DemoSlipway) -> Iterator[Place]:
    """Yield every blob and every table row."""
    from azure.core.exceptions import ResourceNotFoundError

    clients = StorageClients(slipway.storage)
    for name in clients.container.list_blob_names():
        # A blob may be removed after it was listed.
        with contextlib.suppress(ResourceNotFoundError):
            yield f"blob '{name}'", clients.container.download_blob(name).readall()
    for table in (clients.names.deployments, clients.names.index):
        for row in clients.table(table).list_entities():
            where = f"row '{row['PartitionKey']}' '{row['RowKey']}' of table '{table}'"
            yield where, json.dumps(row, default=str, ensure_ascii=False).encode()


def where_found(secrets: Iterable[str], places: Iterable[Place]) -> list[str]:
    """Return the places that contain one of the secrets, in plain or in base64.

    These secrets have only letters and digits, which JSON and URLs do not escape.
    """
    forms = [
        form for text in secrets for form in (text.encode(), base64.b64encode(text.encode()).rstrip(b"="))
    ]
    return [where for where, data in places if any(form in data for form in forms)]


def traces_of(deployment_id: str, slipway: DemoSlipway) -> list[str]:
    """Return the blobs, rows, states and job folders that still name a deployment, except the host's log.

    The rows for the next run of retention are left out, too: it removes them, with list rows written late.
    """
    digits = deployment_id.removeprefix("deploy-")
    stored = [
        where
        for where, data in blobs_and_rows(slipway)
        if (digits in where or digits.encode() in data) and not where.startswith("row 'due:")
    ]
    folders = (slipway.folder / "state", slipway.folder / "jobs")
    return stored + [f"'{path}'" for folder in folders for path in sorted(folder.glob(f"*{digits}*"))]


def _decoded(message: str) -> bytes:
    """Return the text of a message, which is in base64 unless a person sent it."""
    try:
        return base64.b64decode(message, validate=True)
    except binascii.Error:
        return message.encode()


def _files(folder: Path) -> Iterator[Place]:
    for path in sorted(folder.rglob("*")):
        try:
            yield f"file '{path}'", path.read_bytes()
        except (IsADirectoryError, FileNotFoundError):
            # It is a folder, or a file of a job that was removed meanwhile.
            continue
