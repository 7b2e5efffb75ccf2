from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from functions.adapters.storage.clients import StorageClients
from functions.adapters.storage.queue_wake_ups import QueueWakeUps
from functions.domain.jobs.wake_up import WakeUp
from functions.ports import WakeUpQueue
from tests.eventually import eventually
from tests.fakes import MemoryWakeUpQueue

WAKE_UP = WakeUp("deploy-0123456789ab", "trace-1")


@dataclass
class QueueUnderTest:
    adapter: WakeUpQueue
    visible: Callable[[], list[WakeUp]]


def visible_in_memory(queue: MemoryWakeUpQueue) -> list[WakeUp]:
    return [wake_up for wake_up, delay in zip(queue.sent, queue.delays, strict=True) if delay == 0]


def visible_in_storage(clients: StorageClients) -> list[WakeUp]:
    messages = clients.operations.peek_messages(max_messages=32)
    return [WakeUp.from_json(base64.b64decode(message.content).decode()) for message in messages]


@pytest.fixture(params=["memory", "azurite"])
def queue(request: pytest.FixtureRequest) -> QueueUnderTest:
    if request.param == "memory":
        in_memory = MemoryWakeUpQueue()
        return QueueUnderTest(in_memory, lambda: visible_in_memory(in_memory))
    clients = request.getfixturevalue("clients")
    return QueueUnderTest(QueueWakeUps(clients.operations), lambda: visible_in_storage(clients))


@pytest.mark.parametrize("wake_up", [WAKE_UP, WakeUp("deploy-0123456789ab", "trace-1", watch=True)])
def test_a_wake_up_is_read_as_it_was_sent(queue: QueueUnderTest, wake_up: WakeUp) -> None:
    queue.adapter.notify(wake_up)

    assert queue.visible() == [wake_up]


def test_a_wake_up_that_is_sent_twice_is_read_twice(queue: QueueUnderTest) -> None:
    queue.adapter.notify(WAKE_UP)
    queue.adapter.notify(WAKE_UP)

    assert queue.visible() == [WAKE_UP, WAKE_UP]


def test_a_delayed_wake_up_is_not_visible_yet(queue: QueueUnderTest) -> None:
    queue.adapter.notify(WAKE_UP, delay_seconds=600)

    assert queue.visible() == []


def test_a_delayed_wake_up_becomes_visible(clients: StorageClients) -> None:
    QueueWakeUps(clients.operations).notify(WAKE_UP, delay_seconds=1)

    eventually(lambda: visible_in_storage(clients))

    assert visible_in_storage(clients) == [WAKE_UP]


def test_a_queue_that_is_there_answers(queue: QueueUnderTest) -> None:
    queue.adapter.ping()
