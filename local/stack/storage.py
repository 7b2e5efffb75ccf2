"""The address of Azurite, and the tables, queues and container that the app needs.

In Azure, `infra/` creates them with the storage account.
"""

from __future__ import annotations

from typing import Any

# The account of every Azurite. Its key is public (https://learn.microsoft.com/azure/storage/common/storage-use-azurite)
_ACCOUNT = "devstoreaccount1"
_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def connection_string(*, blob: int, queue: int, table: int) -> str:
    """Return the connection string of an Azurite on these ports."""
    ports = {"BlobEndpoint": blob, "QueueEndpoint": queue, "TableEndpoint": table}
    endpoints = "".join(f"{name}=http://127.0.0.1:{port}/{_ACCOUNT};" for name, port in ports.items())
    return f"DefaultEndpointsProtocol=http;AccountName={_ACCOUNT};AccountKey={_KEY};{endpoints}"


def create_storage(storage: str) -> None:
    """Create the tables, queues and container that do not exist."""
    from azure.core.exceptions import ResourceExistsError
    from azure.data.tables import TableServiceClient
    from azure.storage.blob import BlobServiceClient
    from azure.storage.queue import QueueServiceClient

    from functions.adapters.storage.clients import StorageNames

    names = StorageNames()
    queue_names = (names.operations, names.completions)
    # Azurite is on loopback, so a company's proxy is bypassed.
    direct: dict[str, Any] = {"use_env_settings": False}
    with TableServiceClient.from_connection_string(storage, **direct) as tables:
        for name in (names.deployments, names.index):
            tables.create_table_if_not_exists(name)
    with QueueServiceClient.from_connection_string(storage, **direct) as queues:
        for name in [*queue_names, *(f"{name}-poison" for name in queue_names)]:
            try:
                queues.create_queue(name)
            except ResourceExistsError:
                continue
    with BlobServiceClient.from_connection_string(storage, **direct) as blobs:
        container = blobs.get_container_client(names.container)
        if not container.exists():
            container.create_container()
