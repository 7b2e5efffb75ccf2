"""Sends a table transaction that is carried out exactly once, even if its response is lost.

The SDK's own retries are off here, as they would hide whether an attempt may have been carried out. After a
conflict or a lost response the caller's `read_back` tells whether the transaction was carried out. If it was
not, sending it again is safe, because its conditions hold only once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from functions.adapters.storage.errors import (
    SDK_ERRORS,
    is_missing_container,
    is_transient,
    may_have_happened,
    status_of,
    translated,
)
from functions.domain.errors import OutcomeUnknown, SlipwayError, StorageUnavailable

if TYPE_CHECKING:
    from azure.data.tables import TableClient

Step = tuple[str, Mapping[str, Any], Mapping[str, Any]]

# Seconds before the second and the third attempt.
_PAUSES = (0.2, 0.6)
_CONFLICTS = {404, 409, 412}


class Conflict(SlipwayError):
    """Another client's write conflicts with the transaction."""


def transact(
    table: TableClient, steps: Sequence[Step], *, doing: str, read_back: Callable[[], str | None]
) -> str:
    """Send the steps as one transaction; return the new ETag of the first step's row.

    `read_back` returns that ETag if the transaction was carried out, else None. Raises Conflict,
    OutcomeUnknown, or an error of `translated`.
    """
    unknown = False
    for pause in (*_PAUSES, None):
        try:
            return str(table.submit_transaction(steps, retry_total=0)[0]["etag"])
        except SDK_ERRORS as exc:
            conflict = status_of(exc) in _CONFLICTS and not is_missing_container(exc)
            if not conflict and not is_transient(exc):
                raise translated(exc, doing) from exc
            unknown = unknown or may_have_happened(exc)
            if conflict or unknown:
                etag = _read_back(read_back, doing, exc)
                if etag is not None:
                    return etag
            if conflict:
                raise Conflict(f"{doing}: another client was first") from exc
            if pause is None:
                raise _final_error(exc, doing, unknown=unknown) from exc
            time.sleep(pause)
    raise AssertionError("unreachable: the last attempt returns or raises")


def _read_back(read_back: Callable[[], str | None], doing: str, lost: Exception) -> str | None:
    try:
        return read_back()
    except StorageUnavailable as exc:
        raise OutcomeUnknown(
            f"{doing}: the response was lost and the write could not be read back ({exc})"
        ) from lost


def _final_error(exc: Exception, doing: str, *, unknown: bool) -> SlipwayError:
    if unknown:
        return OutcomeUnknown(f"{doing}: the response was lost repeatedly")
    return translated(exc, doing)
