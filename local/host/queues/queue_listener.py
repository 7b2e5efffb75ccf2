"""A queue trigger: receives messages, runs the function, then deletes, gives back or poisons each message.

At most `batchSize + newBatchThreshold` messages run at once. A failed message returns after
`visibilityTimeout`, and goes to `<queue>-poison` when its dequeue count reaches `maxDequeueCount`; a body
that is not base64 goes there at once. A queue named `*-poison` has no poison queue of its own: what fails
there stays invisible until its lease ends. The listener never creates its queue.

The listener goes on while its queue is missing, being deleted or disabled, and after an answer of 500 to 599.
Any other error ends it, and is logged. Unlike in the real host, no answer at all counts as a 500: on a
development machine the storage is restarted now and then.
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

_QUEUE_IS_AWAY = ("QueueBeingDeleted", "QueueDisabled")
_POISON_SUFFIX = "-poison"
_POISON_INTERVAL = 1.0
_OUTAGE_INTERVAL = 1.0


class QueueListener:
    """Serves one queue for one function. `lease_seconds` is how long a received message stays invisible."""

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
        self._pause = PollingPause(_longest_interval(queue_name, settings))
        self._lease_seconds = lease_seconds
        self._invoker = invoker
        self._leases = LeaseKeeper()
        self._stopping = threading.Event()
        self._running = 0
        self._finished = threading.Condition()

    def start(self) -> None:
        """Listen in a thread of its own."""
        self._leases.start()
        threading.Thread(target=self._listen, name=f"queue-{self._queue.queue_name}", daemon=True).start()

    def stop(self) -> None:
        """Receive no more messages; running ones go on."""
        self._stopping.set()
        self._pause.wake()
        with self._finished:
            self._finished.notify_all()

    def wake(self) -> None:
        """Ask the queue at once, as a message may just have been sent. A poison queue is not urgent."""
        if self._poison is not None:
            self._pause.wake()

    def _listen(self) -> None:
        storage_is_away = False
        while not self._stopping.is_set():
            try:
                received = self._receive_and_start()
            except Exception as error:
                if not _may_pass(error):
                    logger.exception(
                        "reading queue '%s': the listener of queue '%s' has ended",
                        self._queue.queue_name,
                        self._queue.queue_name,
                    )
                    return
                if not storage_is_away:
                    logger.warning(
                        "reading queue '%s', and trying again until it answers: %s",
                        self._queue.queue_name,
                        error,
                    )
                storage_is_away = True
                self._stopping.wait(_OUTAGE_INTERVAL)
                continue
            if storage_is_away:
                logger.info("queue '%s' answers again", self._queue.queue_name)
            storage_is_away = False
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
                    self._give_back(lease, seconds=0)
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
                    "message '%s' of '%s' is another's by now", lease.message.id, self._queue.queue_name
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
            self._give_back(lease, seconds=int(self._settings.visibility_timeout))

    def _run(self, message: QueueMessage, body: bytes) -> bool:
        try:
            self._invoker.invoke(self._function, from_storage(message, body))
        except (InvocationFailedError, ValueError):
            return False
        return True

    def _delete(self, lease: MessageLease) -> None:
        lease.settle(lambda receipt: self._queue.delete_message(lease.message.id, receipt))

    def _give_back(self, lease: MessageLease, seconds: int) -> None:
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


def _may_pass(error: Exception) -> bool:
    if isinstance(error, (ServiceRequestError, ServiceResponseError, IncompleteReadError, OSError)):
        return True
    if not isinstance(error, HttpResponseError) or error.status_code is None:
        return False
    is_queue_away = error.status_code == 409 and getattr(error, "error_code", None) in _QUEUE_IS_AWAY
    return 500 <= error.status_code < 600 or is_queue_away


def _longest_interval(queue: str, settings: QueueSettings) -> float:
    """Unlike the real host: a poison queue, where nothing is urgent, is not asked as often as the others."""
    longest = settings.max_polling_interval
    return max(longest, _POISON_INTERVAL) if queue.endswith("-poison") else longest
