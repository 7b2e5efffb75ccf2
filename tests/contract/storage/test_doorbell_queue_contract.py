from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from functions.adapters.storage.clients import StorageClients
from functions.adapters.storage.queue_doorbells import QueueDoorbells
from functions.domain.jobs.doorbell import Doorbell
from functions.ports import DoorbellQueue
from tests.eventually import eventually
from tests.fakes import MemoryDoorbellQueue

BELL = Doorbell("deploy-0123456789ab", "trace-1")


@dataclass
class Bells:
    queue: DoorbellQueue
    audible: Callable[[], list[Doorbell]]


def heard_in_memory(queue: MemoryDoorbellQueue) -> list[Doorbell]:
    return [bell for bell, delay in zip(queue.heard, queue.delays, strict=True) if delay == 0]


def heard_in_storage(clients: StorageClients) -> list[Doorbell]:
    messages = clients.operations.peek_messages(max_messages=32)
    return [Doorbell.from_json(base64.b64decode(message.content).decode()) for message in messages]


@pytest.fixture(params=["memory", "azurite"])
def wake_ups(request: pytest.FixtureRequest) -> Bells:
    if request.param == "memory":
        queue = MemoryDoorbellQueue()
        return Bells(queue, lambda: heard_in_memory(queue))
    clients = request.getfixturevalue("clients")
    return Bells(QueueDoorbells(clients.operations), lambda: heard_in_storage(clients))


@pytest.mark.parametrize("bell", [BELL, Doorbell("deploy-0123456789ab", "trace-1", watch=True)])
def test_a_bell_is_heard_as_it_was_rung(wake_ups: Bells, bell: Doorbell) -> None:
    wake_ups.queue.notify(bell)

    assert wake_ups.audible() == [bell]


def test_a_bell_rung_twice_is_heard_twice(wake_ups: Bells) -> None:
    wake_ups.queue.notify(BELL)
    wake_ups.queue.notify(BELL)

    assert wake_ups.audible() == [BELL, BELL]


def test_a_delayed_bell_is_not_heard_yet(wake_ups: Bells) -> None:
    wake_ups.queue.notify(BELL, delay_seconds=600)

    assert wake_ups.audible() == []


def test_a_delayed_bell_is_heard_in_the_end(clients: StorageClients) -> None:
    QueueDoorbells(clients.operations).notify(BELL, delay_seconds=1)

    eventually(lambda: heard_in_storage(clients))

    assert heard_in_storage(clients) == [BELL]


def test_a_queue_that_is_there_answers(wake_ups: Bells) -> None:
    wake_ups.queue.ping()
