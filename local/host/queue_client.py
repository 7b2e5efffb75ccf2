"""The queues of a connection, over the real SDK. A connection is the name of a setting that holds a
connection string.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

import requests
from azure.core.pipeline.transport import RequestsTransport
from azure.storage.queue import LinearRetry, QueueServiceClient
from requests.adapters import HTTPAdapter

from local.host.errors import AppRefusedError

_REQUEST_LOGGER = logging.getLogger("slipway.host.storage")
_REQUEST_LOGGER.setLevel(logging.WARNING)
_MAX_SOCKETS = 64


def connect(connection: str, settings: Mapping[str, str]) -> QueueServiceClient:
    """The service that setting `AzureWebJobs<connection>`, else `<connection>`, names.

    Message texts stay as they are in storage. Raises AppRefusedError if neither setting holds a connection
    string.
    """
    text = settings.get(f"AzureWebJobs{connection}") or settings.get(connection)
    if not text:
        raise AppRefusedError(
            f"connection '{connection}' needs a connection string in the setting of that name"
        )
    session = requests.Session()
    # proxy settings of the machine would be looked up for every request, and storage is on this machine
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(
            scheme, HTTPAdapter(pool_connections=_MAX_SOCKETS, pool_maxsize=_MAX_SOCKETS, max_retries=False)
        )
    try:
        return QueueServiceClient.from_connection_string(
            text,
            transport=RequestsTransport(session=session, session_owner=False, use_env_settings=False),
            retry_policy=LinearRetry(backoff=1, retry_total=3, random_jitter_range=0),
            connection_timeout=5,
            read_timeout=30,
            logger=_REQUEST_LOGGER,
        )
    except ValueError as error:
        raise AppRefusedError(f"connection '{connection}': {error}") from error
