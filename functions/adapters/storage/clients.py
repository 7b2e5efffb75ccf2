"""The Azure SDK's clients for one storage account: created at their first use, then shared by all threads.

The property that needs an SDK imports it, as the runner uses only the blob SDK when it starts.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.data.tables import TableClient
    from azure.storage.blob import ContainerClient
    from azure.storage.queue import QueueClient

Client = TypeVar("Client")


@dataclass(frozen=True, slots=True)
class RetryOptions:
    """The timeouts and retries of one storage call.

    With these defaults a call fails within a second if connections are refused, in about ten seconds if
    packets are lost, and within a minute if storage accepts the request but never responds.
    """

    connect_seconds: float = 3
    read_seconds: float = 20
    retries: int = 2
    pause_seconds: float = 0.4


@dataclass(frozen=True, slots=True)
class StorageNames:
    """The names of the tables, the queues and the container."""

    deployments: str = "deployments"
    index: str = "deploymentindex"
    operations: str = "operations"
    completions: str = "completions"
    container: str = "slipway"


class StorageClients:
    """Creates clients from a connection string, or from three service addresses and a managed identity
    (`client_id`).
    """

    def __init__(
        self,
        connection_string: str | None = None,
        *,
        table_service_uri: str | None = None,
        blob_service_uri: str | None = None,
        queue_service_uri: str | None = None,
        client_id: str | None = None,
        names: StorageNames | None = None,
        retry_options: RetryOptions | None = None,
    ) -> None:
        self.names = names or StorageNames()
        self._retry_options = retry_options or RetryOptions()
        self._connection_string = connection_string
        self._table_service_uri = table_service_uri
        self._blob_service_uri = blob_service_uri
        self._queue_service_uri = queue_service_uri
        self._client_id = client_id
        self._shared: dict[str, Any] = {}
        self._lock = threading.RLock()

    @property
    def deployments(self) -> TableClient:
        """Return the client of the table of the deployments."""
        return self.table(self.names.deployments)

    @property
    def index(self) -> TableClient:
        """Return the client of the table that indexes the deployments."""
        return self.table(self.names.index)

    @property
    def operations(self) -> QueueClient:
        """Return the client of the queue that triggers the dispatch worker."""
        return self.queue(self.names.operations)

    @property
    def completions(self) -> QueueClient:
        """Return the client of the queue to which a runner writes when its job has ended."""
        return self.queue(self.names.completions)

    @property
    def container(self) -> ContainerClient:
        """Return the client of the container of all blobs."""
        return self._once("container", self._make_container)

    def table(self, name: str) -> TableClient:
        """Return a table's client by the table's name."""
        return self._once(f"table {name}", lambda: self._make_table(name))

    def queue(self, name: str) -> QueueClient:
        """Return a queue's client by the queue's name. It encodes messages in base64, as the Functions host
        expects.
        """
        return self._once(f"queue {name}", lambda: self._make_queue(name))

    def close(self) -> None:
        """Close every connection. The clients cannot be used afterwards."""
        transport = self._shared.get("transport")
        if transport is not None:
            transport.close()

    def _make_table(self, name: str) -> TableClient:
        from azure.data.tables import TableClient

        options = {
            "transport": self._transport(),
            "retry_total": self._retry_options.retries,
            "retry_backoff_factor": self._retry_options.pause_seconds / 2,
            "retry_backoff_max": 1,
        }
        if self._connection_string:
            return TableClient.from_connection_string(self._connection_string, table_name=name, **options)
        return TableClient(
            _require(self._table_service_uri), table_name=name, credential=self._credential(), **options
        )

    def _make_queue(self, name: str) -> QueueClient:
        from azure.storage.queue import LinearRetry, QueueClient, TextBase64EncodePolicy

        options = {
            "transport": self._transport(),
            "retry_policy": _storage_retry(LinearRetry, self._retry_options),
            "message_encode_policy": TextBase64EncodePolicy(),
        }
        if self._connection_string:
            return QueueClient.from_connection_string(self._connection_string, name, **options)
        return QueueClient(_require(self._queue_service_uri), name, credential=self._credential(), **options)

    def _make_container(self) -> ContainerClient:
        from azure.storage.blob import ContainerClient

        from functions.adapters.storage.blob_retry import BlobRetry

        name = self.names.container
        options = {
            "transport": self._transport(),
            "retry_policy": _storage_retry(BlobRetry, self._retry_options),
        }
        if self._connection_string:
            return ContainerClient.from_connection_string(self._connection_string, name, **options)
        return ContainerClient(
            _require(self._blob_service_uri), name, credential=self._credential(), **options
        )

    def _transport(self) -> Any:
        return self._once("transport", lambda: _make_transport(self._retry_options))

    def _credential(self) -> TokenCredential:
        return self._once("credential", self._make_credential)

    def _make_credential(self) -> TokenCredential:
        from azure.identity import ManagedIdentityCredential

        return ManagedIdentityCredential(client_id=self._client_id)

    def _once(self, key: str, make: Callable[[], Client]) -> Client:
        shared: Client | None = self._shared.get(key)
        if shared is None:
            with self._lock:
                shared = self._shared.get(key)
                if shared is None:
                    shared = self._shared[key] = make()
        return shared


def import_sdks() -> None:
    """Import now everything that the blob and queue clients otherwise import when they are made.

    These two are made for that only: they send nothing.
    """
    clients = StorageClients("DefaultEndpointsProtocol=https;AccountName=nobody;AccountKey=bm9ib2R5")
    _ = clients.container, clients.completions
    clients.close()


def _make_transport(retry_options: RetryOptions) -> Any:
    from functions.adapters.storage.transport import StorageTransport

    return StorageTransport(
        connection_timeout=retry_options.connect_seconds, read_timeout=retry_options.read_seconds
    )


def _storage_retry(policy: Callable[..., Any], retry_options: RetryOptions) -> Any:
    pause = retry_options.pause_seconds
    return policy(backoff=pause, random_jitter_range=pause / 2, retry_total=retry_options.retries)


def _require(uri: str | None) -> str:
    if uri is None:
        raise ValueError("making a storage client: there is no connection string and no service address")
    return uri
