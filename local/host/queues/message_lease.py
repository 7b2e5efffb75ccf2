"""Keeps messages invisible while their functions run."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from azure.core.exceptions import AzureError

if TYPE_CHECKING:
    from azure.storage.queue import QueueClient, QueueMessage

logger = logging.getLogger("slipway.host")


class MessageLease:
    """A received message. Its lease is renewed after half of its time, until `settle`."""

    def __init__(self, queue: QueueClient, message: QueueMessage, seconds: int) -> None:
        self._queue = queue
        self._seconds = seconds
        self._pop_receipt = str(message.pop_receipt)
        self._settled = False
        self._lock = threading.Lock()
        self.message = message
        self.renew_at = time.monotonic() + seconds / 2

    def renew(self) -> None:
        """Make the message invisible for another lease. If that fails, retry after another half of it."""
        with self._lock:
            self.renew_at = time.monotonic() + self._seconds / 2
            if self._settled:
                return
            try:
                renewed = self._queue.update_message(
                    self.message.id, pop_receipt=self._pop_receipt, visibility_timeout=self._seconds
                )
                self._pop_receipt = str(renewed.pop_receipt)
            except AzureError as error:
                logger.warning(
                    "renewing message '%s' of '%s': %s", self.message.id, self._queue.queue_name, error
                )

    def settle(self, act: Callable[[str], object]) -> None:
        """End the renewals and call `act` with the latest pop receipt."""
        with self._lock:
            self._settled = True
            act(self._pop_receipt)


class LeaseKeeper:
    """Renews the leases of one listener in one thread."""

    def __init__(self) -> None:
        self._leases: set[MessageLease] = set()
        self._changed = threading.Condition()

    def start(self) -> None:
        """Start the thread."""
        threading.Thread(target=self._run, name="message-leases", daemon=True).start()

    def add(self, lease: MessageLease) -> None:
        """Renew `lease` from now on."""
        with self._changed:
            self._leases.add(lease)
            self._changed.notify()

    def remove(self, lease: MessageLease) -> None:
        """Stop renewing `lease`."""
        with self._changed:
            self._leases.discard(lease)

    def _run(self) -> None:
        while True:
            with self._changed:
                now = time.monotonic()
                due = [lease for lease in self._leases if lease.renew_at <= now]
                if not due:
                    next_renewal = min((lease.renew_at for lease in self._leases), default=None)
                    self._changed.wait(None if next_renewal is None else next_renewal - now)
            for lease in due:
                lease.renew()
