"""Translates the Azure SDKs' errors to Slipway's own, in this place only.

| SDK error or status | Slipway's error |
|---|---|
| no connection, no response, a damaged response, 408, 429, 5xx | StorageUnavailable |
| 401, 403 | StorageUnavailable, saying what to check |
| the table, queue or container does not exist | StorageUnavailable, saying to create it |
| 409 | AlreadyExists |
| 412 | ConcurrentChange |
| 400, 413, 414, a value that cannot be serialized | ValueRefused |
| anything else | StorageUnavailable |

`transport.py` makes an SDK raise one of SDK_ERRORS wherever a connection breaks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    DeserializationError,
    HttpResponseError,
    SerializationError,
    ServiceRequestError,
)

from functions.domain.errors import (
    AlreadyExists,
    ConcurrentChange,
    SlipwayError,
    StorageUnavailable,
    ValueRefused,
)

SDK_ERRORS = (AzureError, SerializationError, DeserializationError)

_MISSING = {"TableNotFound": "table", "QueueNotFound": "queue", "ContainerNotFound": "container"}
_TRANSIENT_STATUS = {408, 429}


@contextmanager
def storage_call(doing: str) -> Iterator[None]:
    """Translate the SDK errors raised in the block. The text of the new error begins with `doing`."""
    try:
        yield
    except SDK_ERRORS as exc:
        raise translated(exc, doing) from exc


def translated(exc: Exception, doing: str) -> SlipwayError:
    """Return Slipway's error for one of SDK_ERRORS."""
    if isinstance(exc, HttpResponseError) and exc.status_code is not None:
        return _from_response(exc, exc.status_code, doing)
    if isinstance(exc, SerializationError):
        return ValueRefused(f"{doing}: a value cannot be serialized")
    if isinstance(exc, ClientAuthenticationError):
        return StorageUnavailable(f"{doing}: no credential is available, check the app's managed identity")
    if isinstance(exc, ServiceRequestError):
        return StorageUnavailable(f"{doing}: storage could not be reached")
    return StorageUnavailable(f"{doing}: storage's response was lost")


def status_of(exc: Exception) -> int | None:
    """Return the HTTP status of storage's response, or None if there was no response."""
    return exc.status_code if isinstance(exc, HttpResponseError) else None


def is_missing_container(exc: Exception) -> bool:
    """Return True if the table, the queue or the blob container itself does not exist."""
    return error_code(exc) in _MISSING


def error_code(exc: Exception) -> str:
    """Return the storage service's error code, such as `EntityAlreadyExists`, or an empty text."""
    code = getattr(exc, "error_code", None)
    if code is None:  # The tables SDK does not decode every error that it raises.
        response = getattr(exc, "response", None)
        code = response.headers.get("x-ms-error-code") if response is not None else None
    # The SDKs return members of their own str enums; str() of these is not their value.
    return str(getattr(code, "value", code) or "")


def is_transient(exc: Exception) -> bool:
    """Return True if the same call may succeed when it is sent again."""
    status = status_of(exc)
    return status is None or status >= 500 or status in _TRANSIENT_STATUS


def may_have_happened(exc: Exception) -> bool:
    """Return True if storage may have carried the call out although it failed: it was sent, not refused."""
    status = status_of(exc)
    if status is None:
        return not isinstance(exc, ServiceRequestError | ClientAuthenticationError)
    return status >= 500 or status == 408


def _from_response(exc: HttpResponseError, status: int, doing: str) -> SlipwayError:
    code = error_code(exc)
    response = f"storage responded with {status} '{code}'" if code else f"storage responded with {status}"
    if status in {401, 403}:
        return StorageUnavailable(
            f"{doing}: {response}, check the storage account's key, "
            "or the identity's data roles and the firewall"
        )
    if code in _MISSING:
        return StorageUnavailable(f"{doing}: the {_MISSING[code]} does not exist, create it ({response})")
    if status == 409:
        return AlreadyExists(f"{doing}: it exists already ({response})")
    if status == 412:
        return ConcurrentChange(f"{doing}: another client changed it first ({response})")
    if status in {400, 413, 414}:
        return ValueRefused(f"{doing}: {response}")
    return StorageUnavailable(f"{doing}: {response}")
