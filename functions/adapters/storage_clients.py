"""The Azure SDK's clients for one storage account: made when first asked for, then shared by all threads.

Each SDK is imported by the property that needs it: the runner starts with blobs alone.
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

# Seconds. A storage that refuses connections is noticed within one, a silent one within a minute or so.
_CONNECTION_TIMEOUT = 3
_READ_TIMEOUT = 20
_RETRIES = 2
# As many threads as a busy host has may hold a connection each; urllib3 drops what is above its limit of 10.
_CONNECTIONS = 64


@dataclass(frozen=True, slots=True)
class StorageNames:
    """What the tables, queues and the container are called."""

    deployments: str = "deployments"
    index: str = "deploymentindex"
    operations: str = "operations"
    completions: str = "completions"
    container: str = "slipway"


class StorageClients:
    """Clients by a connection string, or by three service addresses and a managed identity (`client_id`)."""

    def __init__(
        self,
        connection_string: str | None = None,
        *,
        table_service_uri: str | None = None,
        blob_service_uri: str | None = None,
        queue_service_uri: str | None = None,
        client_id: str | None = None,
        names: StorageNames | None = None,
    ) -> None:
        self.names = names or StorageNames()
        self._connection_string = connection_string
        self._table_service_uri = table_service_uri
        self._blob_service_uri = blob_service_uri
        self._queue_service_uri = queue_service_uri
        self._client_id = client_id
        self._made: dict[str, Any] = {}
        self._lock = threading.RLock()

    @property
    def deployments(self) -> TableClient:
        """The table of the truth."""
        return self.table(self.names.deployments)

    @property
    def index(self) -> TableClient:
        """The table that finds deployments."""
        return self.table(self.names.index)

    @property
    def operations(self) -> QueueClient:
        """The queue that the dispatcher listens to."""
        return self.queue(self.names.operations)

    @property
    def completions(self) -> QueueClient:
        """The queue that a runner rings when it is done."""
        return self.queue(self.names.completions)

    @property
    def container(self) -> ContainerClient:
        """The container of all blobs."""
        return self._once("container", self._make_container)

    def table(self, name: str) -> TableClient:
        """A table by its name."""
        return self._once(f"table {name}", lambda: self._make_table(name))

    def queue(self, name: str) -> QueueClient:
        """A queue by its name; its messages are base64, which is what the Functions host expects."""
        return self._once(f"queue {name}", lambda: self._make_queue(name))

    def close(self) -> None:
        """Close every connection; the clients are of no use afterwards."""
        transport = self._made.get("transport")
        if transport is not None:
            transport.close()

    def _make_table(self, name: str) -> TableClient:
        from azure.data.tables import TableClient

        options = {
            "transport": self._transport(),
            "retry_total": _RETRIES,
            "retry_backoff_factor": 0.2,
            "retry_backoff_max": 1,
        }
        if self._connection_string:
            return TableClient.from_connection_string(self._connection_string, table_name=name, **options)
        return TableClient(
            _given(self._table_service_uri), table_name=name, credential=self._credential(), **options
        )

    def _make_queue(self, name: str) -> QueueClient:
        from azure.storage.queue import LinearRetry, QueueClient, TextBase64EncodePolicy

        options = {
            "transport": self._transport(),
            "retry_policy": _storage_retry(LinearRetry),
            "message_encode_policy": TextBase64EncodePolicy(),
        }
        if self._connection_string:
            return QueueClient.from_connection_string(self._connection_string, name, **options)
        return QueueClient(_given(self._queue_service_uri), name, credential=self._credential(), **options)

    def _make_container(self) -> ContainerClient:
        from azure.storage.blob import ContainerClient, LinearRetry

        name = self.names.container
        options = {"transport": self._transport(), "retry_policy": _storage_retry(LinearRetry)}
        if self._connection_string:
            return ContainerClient.from_connection_string(self._connection_string, name, **options)
        return ContainerClient(_given(self._blob_service_uri), name, credential=self._credential(), **options)

    def _transport(self) -> Any:
        return self._once("transport", _make_transport)

    def _credential(self) -> TokenCredential:
        return self._once("credential", self._make_credential)

    def _make_credential(self) -> TokenCredential:
        from azure.identity import ManagedIdentityCredential

        return ManagedIdentityCredential(client_id=self._client_id)

    def _once(self, key: str, make: Callable[[], Client]) -> Client:
        made: Client | None = self._made.get(key)
        if made is None:
            with self._lock:
                made = self._made.get(key)
                if made is None:
                    made = self._made[key] = make()
        return made


def _make_transport() -> Any:
    import requests
    from azure.core.pipeline.transport import RequestsTransport
    from requests.adapters import HTTPAdapter
    from urllib3 import Retry

    session = requests.Session()
    # the SDKs do the retrying
    adapter = HTTPAdapter(
        pool_maxsize=_CONNECTIONS, max_retries=Retry(total=False, redirect=False, raise_on_status=False)
    )
    for scheme in ("http://", "https://"):
        session.mount(scheme, adapter)
    return RequestsTransport(
        session=session, connection_timeout=_CONNECTION_TIMEOUT, read_timeout=_READ_TIMEOUT
    )


def _storage_retry(policy: Callable[..., Any]) -> Any:
    return policy(backoff=0.4, random_jitter_range=0.2, retry_total=_RETRIES)


def _given(uri: str | None) -> str:
    if uri is None:
        raise ValueError("making a storage client: there is no connection string and no service address")
    return uri
