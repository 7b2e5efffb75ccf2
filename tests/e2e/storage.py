"""All that Slipway has stored, for a search through it."""

from __future__ import annotations

import json

from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient


def everything_stored(connection_string: str, *, of: str = "") -> dict[str, bytes]:
    """Return the content of every blob, table row and queue by its place.

    `of` is a deployment, whose blobs alone are wanted: to fetch those of a whole test run takes long.
    """
    blobs = _blobs(connection_string, of.removeprefix("deploy-"))
    return {**blobs, **_rows(connection_string), **_messages(connection_string)}


def _blobs(connection_string: str, part: str) -> dict[str, bytes]:
    blobs = {}
    with BlobServiceClient.from_connection_string(connection_string) as service:
        for container in service.list_containers():
            client = service.get_container_client(container.name)
            for name in (blob for blob in client.list_blob_names() if part in blob):
                blobs[f"blob {name}"] = client.download_blob(name).readall()
    return blobs


def _rows(connection_string: str) -> dict[str, bytes]:
    rows = {}
    with TableServiceClient.from_connection_string(connection_string) as service:
        for table in service.list_tables():
            for row in service.get_table_client(table.name).list_entities():
                where = f"table {table.name} {row['PartitionKey']} {row['RowKey']}"
                rows[where] = json.dumps(row, default=str, ensure_ascii=False).encode()
    return rows


def _messages(connection_string: str) -> dict[str, bytes]:
    queues = {}
    with QueueServiceClient.from_connection_string(connection_string) as service:
        for queue in service.list_queues():
            messages = service.get_queue_client(queue.name).peek_messages(max_messages=32)
            queues[f"queue {queue.name}"] = "\n".join(str(one.content) for one in messages).encode()
    return queues
