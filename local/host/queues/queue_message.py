"""Builds the argument of a queue function: the decoded body of a message and its metadata."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from azure.functions.meta import Datum
from azure.functions.queue import QueueMessageInConverter

if TYPE_CHECKING:
    import azure.functions as func
    from azure.storage.queue import QueueMessage as StoredMessage

_METADATA = ("Id", "DequeueCount", "ExpirationTime", "InsertionTime", "NextVisibleTime", "PopReceipt")


def decode_body(text: str, *, is_base64: bool) -> bytes | None:
    """Return the body of a message; None if it should be base64 and is not."""
    if not is_base64:
        return text.encode("utf-8")
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def from_storage(message: StoredMessage, body: bytes) -> func.QueueMessage:
    """Return the argument of a queue function for a received message."""
    metadata = {
        "Id": message.id,
        "DequeueCount": message.dequeue_count,
        "ExpirationTime": _iso(message.expires_on),
        "InsertionTime": _iso(message.inserted_on),
        "NextVisibleTime": _iso(message.next_visible_on),
        "PopReceipt": message.pop_receipt,
    }
    return _convert(body, metadata)


def by_hand(text: str) -> func.QueueMessage:
    """Return the argument of a queue function that is run by hand: a body without a message."""
    return _convert(text.encode("utf-8"), {})


def _convert(body: bytes, metadata: dict[str, Any]) -> func.QueueMessage:
    data = {name: Datum(json.dumps(value), "json") for name, value in {**metadata, **_overlay(body)}.items()}
    return cast(
        "func.QueueMessage", QueueMessageInConverter.decode(Datum(body, "bytes"), trigger_metadata=data)
    )


def _overlay(body: bytes) -> dict[str, Any]:
    """Return the properties of a JSON body that replace the metadata of the same name, ignoring case.

    The Functions host does so, too.
    """
    try:
        payload = json.loads(body)
    except ValueError:
        return {}
    if not isinstance(payload, dict):
        return {}
    names = {name.lower(): name for name in _METADATA}
    return {
        names[key.lower()]: value
        for key, value in payload.items()
        if key.lower() in names and value is not None and not isinstance(value, list)
    }


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
