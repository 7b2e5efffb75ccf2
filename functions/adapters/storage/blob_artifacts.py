"""ArtifactStore on Blob Storage. The container must exist."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from azure.core import MatchConditions
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)

from functions.adapters.storage.errors import is_missing_container, storage_call
from functions.domain.errors import AlreadyExists
from functions.ports import Artifact

if TYPE_CHECKING:
    from datetime import datetime

    from azure.storage.blob import BlobClient, ContainerClient

# A block appended by an API version below 2022-11-02 (Azurite's among them) may have 4 MiB.
_APPEND_LIMIT = 4 * 1024 * 1024
# If a condition is not met, some calls respond with 409 and others with 412.
_TAKEN = (ResourceExistsError, ResourceModifiedError)


class BlobArtifactStore:
    """Blobs of one container; thread-safe."""

    def __init__(self, container: ContainerClient) -> None:
        self._container = container

    def create(self, name: str, data: bytes) -> bool:
        """Create the blob by one PUT with `If-None-Match: *`.

        If the name is taken, read the blob; return True if it contains the same bytes.
        """
        with storage_call(f"creating blob '{name}'"):
            try:
                self._blob(name).upload_blob(data, overwrite=False)
            except _TAKEN:
                existing = self.read(name)
                return existing is not None and existing.data == data
        return True

    def read(self, name: str) -> Artifact | None:
        """Read the blob by one GET. Its age is the response's Date minus its Last-Modified."""
        dates: list[str] = []

        def note_date(response: Any) -> None:
            dates.append(response.http_response.headers.get("Date", ""))

        with storage_call(f"reading blob '{name}'"):
            try:
                download = self._blob(name).download_blob(raw_response_hook=note_date)
                data = download.readall()
            except ResourceNotFoundError as exc:
                if is_missing_container(exc):
                    raise
                return None
        return Artifact(data, _age(dates[-1], download.properties.last_modified))

    def overwrite(self, name: str, data: bytes) -> None:
        """Write the blob by one PUT."""
        with storage_call(f"writing blob '{name}'"):
            self._blob(name).upload_blob(data, overwrite=True)

    def append(self, name: str, data: bytes, *, offset: int) -> int:
        """Append `data` at `offset`; the append at 0 creates the blob.

        If the blob already has a part of `data` at that offset, as after a lost response, append only the
        rest.
        """
        blob = self._blob(name)
        end = offset + len(data)
        with storage_call(f"appending to blob '{name}'"):
            if offset == 0:
                _create_append_blob(blob)
            position = offset
            while position < end:
                chunk = data[position - offset : position - offset + _APPEND_LIMIT]
                position += self._append_chunk(blob, chunk, position)
        return end

    def read_from(self, name: str, offset: int, limit: int) -> bytes | None:
        """Read a part of the blob by one GET of a range."""
        with storage_call(f"reading blob '{name}' from byte {offset}"):
            try:
                return self._blob(name).download_blob(offset=offset, length=limit).readall()
            except ResourceNotFoundError as exc:
                if is_missing_container(exc):
                    raise
                return None
            except HttpResponseError as exc:
                if exc.status_code == 416:  # the range begins at the end or after it
                    return b""
                raise

    def size(self, name: str) -> int | None:
        """Return the blob's size by one HEAD."""
        with storage_call(f"reading the size of blob '{name}'"):
            try:
                return self._blob(name).get_blob_properties().size
            except ResourceNotFoundError as exc:
                if is_missing_container(exc):
                    raise
                return None

    def delete(self, name: str) -> None:
        """Delete the blob by one DELETE."""
        with storage_call(f"deleting blob '{name}'"):
            try:
                self._container.delete_blob(name)
            except ResourceNotFoundError as exc:
                if is_missing_container(exc):
                    raise

    def names(self, prefix: str) -> list[str]:
        """List the blobs by one request for every 5,000."""
        with storage_call(f"listing the blobs of '{prefix}'"):
            return list(self._container.list_blob_names(name_starts_with=prefix))

    def ping(self) -> None:
        """Return if the container responds."""
        with storage_call(f"looking for container '{self._container.container_name}'"):
            self._container.get_container_properties()

    def _blob(self, name: str) -> BlobClient:
        return self._container.get_blob_client(name)

    def _append_chunk(self, blob: BlobClient, chunk: bytes, position: int) -> int:
        """Append `chunk`, unless the blob already has it. Return how many of its bytes the blob has."""
        try:
            blob.append_block(chunk, length=len(chunk), appendpos_condition=position)
            return len(chunk)
        except HttpResponseError as exc:
            blob_is_missing = exc.status_code == 404 and not is_missing_container(exc)
            if exc.status_code != 412 and not blob_is_missing:
                raise
            existing = self.read_from(blob.blob_name, position, len(chunk))
            if existing and chunk.startswith(existing):
                return len(existing)
            raise AlreadyExists(
                f"appending to blob '{blob.blob_name}' at byte {position}: another client has written there"
            ) from exc


def _create_append_blob(blob: BlobClient) -> None:
    try:
        blob.create_append_blob(match_condition=MatchConditions.IfMissing)
    except _TAKEN:
        return  # The append's position condition decides whether this caller created the blob.


def _age(date: str, modified: datetime) -> float:
    return max(0.0, (parsedate_to_datetime(date) - modified).total_seconds())
