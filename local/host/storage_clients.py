"""Connects to queues and blobs with the SDK. A connection is a setting that holds a connection string."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import requests
from azure.core.pipeline.transport import RequestsTransport
from azure.storage.blob import BlobServiceClient
from azure.storage.blob import LinearRetry as BlobRetry
from azure.storage.queue import LinearRetry, QueueServiceClient
from requests.adapters import HTTPAdapter

from local.host.errors import AppRefusedError

_REQUEST_LOGGER = logging.getLogger("slipway.host.storage")
_REQUEST_LOGGER.setLevel(logging.WARNING)
_MAX_SOCKETS = 64


def connect_queues(connection: str, settings: Mapping[str, str]) -> QueueServiceClient:
    """Return the queue service of a connection. It does not decode the texts of messages.

    Raises AppRefusedError if the setting holds no connection string.
    """
    text = _connection_string(connection, settings)
    retry = LinearRetry(backoff=1, retry_total=3, random_jitter_range=0)
    try:
        return QueueServiceClient.from_connection_string(text, retry_policy=retry, **_options())
    except ValueError as error:
        raise AppRefusedError(f"connection '{connection}': {error}") from error


def connect_blobs(connection: str, settings: Mapping[str, str]) -> BlobServiceClient:
    """Return the blob service of a connection. Raises AppRefusedError as `connect_queues` does."""
    text = _connection_string(connection, settings)
    retry = BlobRetry(backoff=1, retry_total=3, random_jitter_range=0)
    try:
        return BlobServiceClient.from_connection_string(text, retry_policy=retry, **_options())
    except ValueError as error:
        raise AppRefusedError(f"connection '{connection}': {error}") from error


def _connection_string(connection: str, settings: Mapping[str, str]) -> str:
    """Return the setting `AzureWebJobs<connection>`, else `<connection>`."""
    text = settings.get(f"AzureWebJobs{connection}") or settings.get(connection)
    if not text:
        raise AppRefusedError(
            f"connection '{connection}' needs a connection string in the setting of that name"
        )
    return text


def _options() -> dict[str, Any]:
    session = requests.Session()
    # Saves a look-up of the machine's proxy settings for every request; the storage is on this machine.
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(
            scheme, HTTPAdapter(pool_connections=_MAX_SOCKETS, pool_maxsize=_MAX_SOCKETS, max_retries=False)
        )
    return {
        "transport": RequestsTransport(session=session, session_owner=False, use_env_settings=False),
        "connection_timeout": 5,
        "read_timeout": 30,
        "logger": _REQUEST_LOGGER,
    }
