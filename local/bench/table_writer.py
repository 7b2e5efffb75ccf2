"""Fills tables by the REST protocol itself: for a batch, the SDK takes several times as long as Azurite.

https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from urllib.parse import urlsplit

from functions.adapters.storage.table_rows import Row
from local.errors import LocalError

_BATCH, _CHANGES = "batch_slipway", "changeset_slipway"
_HEADERS = {
    "Content-Type": f"multipart/mixed; boundary={_BATCH}",
    "x-ms-version": "2019-02-02",
    "DataServiceVersion": "3.0;",
    "Accept": "application/json",
}
_SIGNATURE_HOURS = 6


class TableWriter:
    """Inserts rows into the tables of one storage. Every thread has its own connection."""

    def __init__(self, storage: str) -> None:
        from azure.data.tables import TableServiceClient

        with TableServiceClient.from_connection_string(storage) as service:
            self._url = service.url
        self._path = f"{urlsplit(self._url).path}/$batch?{_signature(storage)}"
        self._local = threading.local()

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        """Insert at most 100 rows of one partition in one transaction. Raises LocalError if that fails."""
        connection = self._connection()
        connection.request("POST", self._path, self._body(table, rows), _HEADERS)
        response = connection.getresponse()
        text = response.read()
        if response.status != 202 or text.count(b"HTTP/1.1 204") != len(rows):
            raise LocalError(f"filling table '{table}':\n{text.decode(errors='replace')}")

    def _connection(self) -> HTTPConnection:
        connection: HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = HTTPConnection(urlsplit(self._url).netloc)
        return connection

    def _body(self, table: str, rows: Sequence[Row]) -> bytes:
        lines = [f"--{_BATCH}", f"Content-Type: multipart/mixed; boundary={_CHANGES}", ""]
        for row in rows:
            lines += [
                f"--{_CHANGES}",
                "Content-Type: application/http",
                "Content-Transfer-Encoding: binary",
                "",
                f"POST {self._url}/{table} HTTP/1.1",
                "Content-Type: application/json",
                "Accept: application/json;odata=minimalmetadata",
                "Prefer: return-no-content",
                "",
                json.dumps(row),
            ]
        return "\r\n".join([*lines, f"--{_CHANGES}--", f"--{_BATCH}--", ""]).encode()


def _signature(storage: str) -> str:
    """Return a shared access signature, so that requests need no signature of their own."""
    from azure.core.credentials import AzureNamedKeyCredential
    from azure.data.tables import AccountSasPermissions, ResourceTypes, generate_account_sas

    settings = dict(part.split("=", 1) for part in storage.split(";") if part)
    return generate_account_sas(
        AzureNamedKeyCredential(settings["AccountName"], settings["AccountKey"]),
        ResourceTypes(object=True),
        AccountSasPermissions(add=True),
        datetime.now(UTC) + timedelta(hours=_SIGNATURE_HOURS),
    )
