"""A queue trigger: receives messages, runs the function, then deletes, releases or poisons each message.

At most `batchSize + newBatchThreshold` messages run at once. A failed message becomes visible again after
`visibilityTimeout`, and goes to `<queue>-poison` when its dequeue count reaches `maxDequeueCount`. A body
that is not base64 goes there at once. A queue named `*-poison` has no poison queue itself: a message that
fails there stays invisible until its lease ends. The listener never creates its queue.

The listener continues while its queue is missing, disabled or being deleted, and after a response of 500 to
599. Any other error is logged and ends it. Unlike in the real host, no response counts as a 500: on a
development machine, the storage is sometimes restarted.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    IncompleteReadError,
    ResourceNotFoundError,
    ServiceRequestError,
    ServiceResponseError,
)

from local.host.functions import IndexedFunction
from local.host.host_json import QueueSettings
from local.host.http.in_flight import InFlight
from local.host.invocation import InvocationFailedError, Invoker
from local.host.queues.message_lease import LeaseKeeper, MessageLease
from local.host.queues.polling_pause import PollingPause
from local.host.queues.queue_message import decode_body, from_storage

if TYPE_CHECKING:
    from azure.storage.queue import QueueMessage, QueueServiceClient

logger = logging.getLogger("slipway.host")

_UNAVAILABLE_CODES = ("QueueBeingDeleted", "QueueDisabled")
_POISON_SUFFIX = "-poison"
_MIN_POISON_POLLING_SECONDS = 1.0
_OUTAGE_PAUSE_SECONDS = 1.0


class QueueListener:
    """Serves one queue for one function. A received message stays invisible for `lease_seconds`."""

    def __init__(
        self,
        function: IndexedFunction,
        *,
        queue_name: str,
        service: QueueServiceClient,
        settings: QueueSettings,
        lease_seconds: int,
        invoker: Invoker,
    ) -> None:
        self.in_flight = InFlight()
        self._function = function
        self._queue = service.get_queue_client(queue_name)
        has_poison = not queue_name.endswith(_POISON_SUFFIX)
        self._poison = service.get_queue_client(queue_name + _POISON_SUFFIX) if has_poison else None
        self._settings = settings
        self._pause = PollingPause(_max_polling_seconds(queue_name, settings))
        self._lease_seconds = lease_seconds
        self._invoker = invoker
        self._leases = LeaseKeeper()
        self._stopping = threading.Event()
        self._running = 0
        self._finished = threading.Condition()

    def start(self) -> None:
        """Listen in a new thread."""
        self._leases.start()
        threading.Thread(target=self._listen, name=f"queue-{self._queue.queue_name}", daemon=True).start()

    def stop(self) -> None:
        """Receive no more messages; running ones continue."""
        self._stopping.set()
        self._pause.wake()
        with self._finished:
            self._finished.notify_all()

    def wake(self) -> None:
        """Poll the queue now, as a message may just have been sent. A poison queue can wait."""
        if self._poison is not None:
            self._pause.wake()

    def _listen(self) -> None:
        is_storage_unavailable = False
        while not self._stopping.is_set():
            try:
                received = self._receive_and_start()
            except Exception as error:
                if not _is_transient(error):
                    logger.exception(
                        "reading queue '%s': the listener of queue '%s' has ended",
                        self._queue.queue_name,
                        self._queue.queue_name,
                    )
                    return
                if not is_storage_unavailable:
                    logger.warning(
                        "reading queue '%s', retrying until it responds: %s",
                        self._queue.queue_name,
                        error,
                    )
                is_storage_unavailable = True
                self._stopping.wait(_OUTAGE_PAUSE_SECONDS)
                continue
            if is_storage_unavailable:
                logger.info("queue '%s' responds again", self._queue.queue_name)
            is_storage_unavailable = False
            if received:
                self._pause.reset()
                self._wait_for_room()
            else:
                self._pause.wait()

    def _receive_and_start(self) -> bool:
        with self.in_flight.one():
            messages = self._receive()
            for message in messages:
                lease = MessageLease(self._queue, message, self._lease_seconds)
                if self._stopping.is_set():
                    self._release(lease, seconds=0)
                    continue
                self._leases.add(lease)
                with self._finished:
                    self._running += 1
                threading.Thread(
                    target=self._work, args=(lease,), name=self._function.name, daemon=True
                ).start()
        return bool(messages)

    def _receive(self) -> list[QueueMessage]:
        pages = self._queue.receive_messages(
            messages_per_page=self._settings.batch_size, visibility_timeout=self._lease_seconds, retry_total=0
        ).by_page()
        try:
            return list(next(pages, ()))
        except ResourceNotFoundError:
            return []

    def _wait_for_room(self) -> None:
        with self._finished:
            self._finished.wait_for(
                lambda: self._running <= self._settings.new_batch_threshold or self._stopping.is_set()
            )

    def _work(self, lease: MessageLease) -> None:
        with self.in_flight.one():
            try:
                self._process(lease)
            except ResourceNotFoundError:
                logger.info(
                    "message '%s' of '%s' was received by another client meanwhile",
                    lease.message.id,
                    self._queue.queue_name,
                )
            except AzureError as error:
                logger.warning(
                    "ending message '%s' of '%s': %s", lease.message.id, self._queue.queue_name, error
                )
            finally:
                self._leases.remove(lease)
                with self._finished:
                    self._running -= 1
                    self._finished.notify_all()

    def _process(self, lease: MessageLease) -> None:
        count = lease.message.dequeue_count or 0
        body = decode_body(lease.message.content, is_base64=self._settings.base64)
        if body is None:
            logger.error("message '%s' of '%s' is not base64", lease.message.id, self._queue.queue_name)
            self._move_to_poison(lease)
        elif self._poison is not None and count > self._settings.max_dequeue_count:
            self._move_to_poison(lease)
        elif self._run(lease.message, body):
            self._delete(lease)
        elif count >= self._settings.max_dequeue_count:
            self._move_to_poison(lease)
        else:
            self._release(lease, seconds=int(self._settings.visibility_timeout))

    def _run(self, message: QueueMessage, body: bytes) -> bool:
        try:
            self._invoker.invoke(self._function, from_storage(message, body))
        except (InvocationFailedError, ValueError):
            return False
        return True

    def _delete(self, lease: MessageLease) -> None:
        lease.settle(lambda receipt: self._queue.delete_message(lease.message.id, receipt))

    def _release(self, lease: MessageLease, seconds: int) -> None:
        if self._poison is None:
            return
        lease.settle(
            lambda receipt: self._queue.update_message(
                lease.message.id, pop_receipt=receipt, visibility_timeout=seconds
            )
        )

    def _move_to_poison(self, lease: MessageLease) -> None:
        if self._poison is None:
            return
        logger.error("moving message '%s' to '%s'", lease.message.id, self._poison.queue_name)
        try:
            self._poison.send_message(lease.message.content)
        except ResourceNotFoundError:
            self._poison.create_queue()
            self._poison.send_message(lease.message.content)
        self._delete(lease)


def _is_transient(error: Exception) -> bool:
    if isinstance(error, (ServiceRequestError, ServiceResponseError, IncompleteReadError, OSError)):
        return True
    if not isinstance(error, HttpResponseError) or error.status_code is None:
        return False
    is_queue_unavailable = (
        error.status_code == 409 and getattr(error, "error_code", None) in _UNAVAILABLE_CODES
    )
    return 500 <= error.status_code < 600 or is_queue_unavailable


def _max_polling_seconds(queue: str, settings: QueueSettings) -> float:
    """Return the interval of an idle queue. Unlike in the real host, it is longer for a poison queue."""
    seconds = settings.max_polling_interval
    return max(seconds, _MIN_POISON_POLLING_SECONDS) if queue.endswith(_POISON_SUFFIX) else seconds
