"""Makes the tables, queues and container of a storage account that has none: Azurite's, in tests too.

In Azure they come with the infrastructure; the app's identity need not be allowed to create any.
"""

from __future__ import annotations

from contextlib import suppress

from azure.core.exceptions import ResourceExistsError

from functions.adapters.storage_clients import StorageClients
from functions.adapters.storage_errors import storage_call


def create_missing(clients: StorageClients) -> None:
    """Make what is missing, the poison queues too; harmless where all is there. Raises StorageUnavailable."""
    names = clients.names
    for table in (names.deployments, names.index):
        with storage_call(f"creating table '{table}'"), suppress(ResourceExistsError):
            clients.table(table).create_table()
    for base in (names.operations, names.completions):
        for queue in (base, f"{base}-poison"):
            with storage_call(f"creating queue '{queue}'"), suppress(ResourceExistsError):
                clients.queue(queue).create_queue()
    with storage_call(f"creating container '{names.container}'"), suppress(ResourceExistsError):
        clients.container.create_container()
