"""WakeUpQueue on Queue Storage. The queue must exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adapters.storage.errors import storage_call
from functions.domain.jobs.wake_up import WakeUp

if TYPE_CHECKING:
    from azure.storage.queue import QueueClient


class QueueWakeUps:
    """Sends messages to one queue; thread-safe.

    The queue client must encode messages in base64, as `StorageClients.queue` does, because the service does
    not accept every character.
    """

    def __init__(self, queue: QueueClient) -> None:
        self._queue = queue

    def notify(self, wake_up: WakeUp, *, delay_seconds: int = 0) -> None:
        """Send the message by one POST. It stays hidden for `delay_seconds` (at most seven days)."""
        with storage_call(
            f"sending to queue '{self._queue.queue_name}' for deployment '{wake_up.deployment_id}'"
        ):
            self._queue.send_message(wake_up.to_json(), visibility_timeout=delay_seconds or None)

    def ping(self) -> None:
        """Return if the queue responds."""
        with storage_call(f"looking for queue '{self._queue.queue_name}'"):
            self._queue.get_queue_properties()
