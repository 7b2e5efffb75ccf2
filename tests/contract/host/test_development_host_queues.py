"""Queue triggers of the development host on the real Azurite, by what is known of the Functions host."""

from __future__ import annotations

import itertools
import json
import re
import socket
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue import QueueClient, QueueServiceClient, TextBase64EncodePolicy

from tests.azurite import Azurite, start_azurite
from tests.eventually import eventually
from tests.host_process import HostProcess, start_host

SAMPLE_APP = Path(__file__).parent / "sample_app"
QUEUES = "AzureFunctionsJobHost__extensions__queues__"


@pytest.fixture(scope="module")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    running = start_azurite(tmp_path_factory.mktemp("azurite"))
    yield running
    running.stop()


class Sample:
    """The sample app with its own pair of queues, and the records of its functions."""

    def __init__(self, folder: Path, storage: str) -> None:
        self.name = f"sample-{uuid.uuid4().hex[:8]}"
        self._folder = folder
        self.storage = storage
        self._record = folder / "record"
        self._record.touch()
        self._service = QueueServiceClient.from_connection_string(storage)
        self.raw = self._service.get_queue_client(self.name)
        self.poison = self._service.get_queue_client(f"{self.name}-poison")
        encode = TextBase64EncodePolicy()
        self.queue = self._service.get_queue_client(self.name, message_encode_policy=encode)
        self.queue.create_queue()
        self.hosts: list[HostProcess] = []

    def start(self, **settings: str) -> HostProcess:
        app_settings = {
            "SAMPLE_QUEUE": self.name.upper(),
            "SAMPLE_RECORD": str(self._record),
            "SAMPLE_SCHEDULE": "0 0 0 1 1 *",
            "AzureWebJobsSampleStorage": self.storage,
            "AzureWebJobs.poisoned.Disabled": "true",
            f"{QUEUES}maxPollingInterval": "00:00:00.1",
            **settings,
        }
        self.hosts.append(start_host(SAMPLE_APP, app_settings, self._folder / f"log-{len(self.hosts)}"))
        return self.hosts[-1]

    def invocations(self, function: str = "work") -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self._record.read_text().splitlines()]
        return [line for line in lines if line["function"] == function]

    def names(self) -> list[str]:
        """Return the records in their order, without those of timers."""
        lines = [json.loads(line)["function"] for line in self._record.read_text().splitlines()]
        return [name for name in lines if name.startswith("work")]

    def close(self) -> None:
        for host in self.hosts:
            host.kill()
        self._service.close()


@pytest.fixture
def sample(tmp_path: Path, azurite: Azurite) -> Iterator[Sample]:
    made = Sample(tmp_path, azurite.connection_string)
    yield made
    made.close()


def _count(queue: QueueClient) -> int:
    try:
        return queue.get_queue_properties().approximate_message_count or 0
    except ResourceNotFoundError:
        return 0


def _texts(queue: QueueClient) -> list[str]:
    return [message.content for message in queue.peek_messages(max_messages=32)]


def _order(do: str, **more: Any) -> str:
    return json.dumps({"do": do, **more})


def test_a_message_is_decoded_handed_over_and_deleted(sample: Sample) -> None:
    sent = sample.queue.send_message("grüße")
    sample.start()
    eventually(lambda: sample.invocations("work ended"))
    assert sample.invocations("work ended") == [
        {"function": "work ended", "body": "grüße", "id": sent.id, "dequeue_count": 1}
    ]
    eventually(lambda: _count(sample.queue) == 0)


def test_a_message_without_base64_goes_to_poison_at_once_as_it_was(sample: Sample) -> None:
    sample.raw.send_message("no base64!")
    sample.start()
    eventually(lambda: _count(sample.poison))
    assert _texts(sample.poison) == ["no base64!"]
    eventually(lambda: _count(sample.queue) == 0)
    assert sample.invocations() == []


def test_plain_text_is_taken_as_it_is_where_the_encoding_is_none(sample: Sample) -> None:
    sample.raw.send_message("no base64!")
    sample.start(**{f"{QUEUES}messageEncoding": "none"})
    eventually(lambda: sample.invocations("work ended"))
    assert sample.invocations()[0]["body"] == "no base64!"


def test_a_failing_message_is_tried_as_often_as_allowed_and_then_poisoned(sample: Sample) -> None:
    text = _order("fail")
    sample.queue.send_message(text)
    sample.start(**{f"{QUEUES}maxDequeueCount": "3"})
    eventually(lambda: _count(sample.poison))
    assert [entry["dequeue_count"] for entry in sample.invocations()] == [1, 2, 3]
    sample.start(**{"AzureWebJobs.poisoned.Disabled": "false"})
    eventually(lambda: sample.invocations("poisoned"))
    assert sample.invocations("poisoned")[0]["body"] == text


def test_the_next_try_waits_for_the_visibility_timeout(sample: Sample) -> None:
    sample.queue.send_message(_order("fail"))
    sample.start(**{f"{QUEUES}visibilityTimeout": "00:00:02"})
    eventually(lambda: len(sample.invocations()) == 2)
    first, second = (entry["at"] for entry in sample.invocations())
    assert second - first > 1


def test_what_fails_on_a_poison_queue_stays_invisible_there(sample: Sample) -> None:
    sample.poison.create_queue()
    sample.poison.send_message("bm8=")
    sample.poison.send_message(TextBase64EncodePolicy().encode(_order("fail")))
    host = sample.start(**{"AzureWebJobs.poisoned.Disabled": "", f"{QUEUES}maxDequeueCount": "1"})
    eventually(lambda: len(sample.invocations("poisoned")) == 2)
    host.stop()
    assert (_count(sample.poison), _texts(sample.poison)) == (1, [])


def test_no_more_messages_run_at_once_than_batch_and_threshold(sample: Sample) -> None:
    for _ in range(8):
        sample.queue.send_message(_order("succeed", seconds=1.5))
    sample.start(**{f"{QUEUES}batchSize": "2", f"{QUEUES}newBatchThreshold": "1"})
    eventually(lambda: len(sample.invocations("work ended")) == 8)
    steps = [1 if name == "work" else -1 for name in sample.names()]
    assert 2 <= max(itertools.accumulate(steps)) <= 3


def test_a_long_run_keeps_its_message(sample: Sample) -> None:
    sample.queue.send_message(_order("succeed", seconds=10))
    sample.start(SLIPWAY_LOCAL_QUEUE_LEASE="4")
    eventually(lambda: sample.invocations("work ended"))
    eventually(lambda: _count(sample.queue) == 0)
    assert len(sample.invocations()) == 1


def test_the_message_of_a_killed_host_comes_back_after_its_lease(sample: Sample) -> None:
    sample.queue.send_message(_order("succeed", seconds=1))
    killed = sample.start(SLIPWAY_LOCAL_QUEUE_LEASE="2")
    eventually(sample.invocations)
    killed.kill()
    sample.start(SLIPWAY_LOCAL_QUEUE_LEASE="2")
    eventually(lambda: sample.invocations("work ended"))
    assert [entry["dequeue_count"] for entry in sample.invocations()] == [1, 2]


def test_a_stop_lets_the_running_message_end_and_takes_no_other(sample: Sample) -> None:
    for _ in range(2):
        sample.queue.send_message(_order("succeed", seconds=1))
    host = sample.start(**{f"{QUEUES}batchSize": "1", f"{QUEUES}newBatchThreshold": "0"})
    eventually(sample.invocations)
    assert host.stop() == 0
    assert (len(sample.invocations()), len(sample.invocations("work ended"))) == (1, 1)
    assert _count(sample.queue) == 1


def test_a_stop_does_not_wait_for_ever(sample: Sample) -> None:
    sample.queue.send_message(_order("succeed", seconds=60))
    host = sample.start()
    eventually(sample.invocations)
    assert host.stop() == 0
    assert _count(sample.queue) == 1


def test_the_trigger_waits_for_its_queue_and_does_not_create_it(sample: Sample) -> None:
    sample.queue.delete_queue()
    sample.poison.create_queue()
    sample.poison.send_message("bm8=")
    host = sample.start(**{"AzureWebJobs.poisoned.Disabled": ""})
    # the listener of the other queue was started after this one
    eventually(lambda: sample.invocations("poisoned"))
    assert _texts_or_missing(sample.queue) is None
    sample.queue.create_queue()
    sample.queue.send_message("late")
    eventually(lambda: sample.invocations("work ended"))
    assert "retrying" not in host.log.read_text()


def _texts_or_missing(queue: QueueClient) -> list[str] | None:
    try:
        return _texts(queue)
    except ResourceNotFoundError:
        return None


def test_a_storage_that_is_away_for_a_while_is_told_once_and_does_not_end_the_listener(
    tmp_path: Path,
) -> None:
    azurite = start_azurite(tmp_path)
    sample = Sample(tmp_path, azurite.connection_string)
    try:
        host = sample.start()
        azurite.stop()
        _hang_up_on_three_callers(azurite.ports[1])
        azurite = azurite.restart()
        sample.queue.send_message("after the outage")
        eventually(lambda: sample.invocations("work ended"))
        assert host.log.read_text().count("retrying") == 1
        assert f"queue '{sample.name}' responds again" in host.log.read_text()
    finally:
        sample.close()
        azurite.stop()


def _hang_up_on_three_callers(port: int) -> None:
    with socket.create_server(("127.0.0.1", port)) as server:
        server.settimeout(120)
        for _ in range(3):
            server.accept()[0].close()


def test_a_property_named_like_metadata_takes_its_place(sample: Sample) -> None:
    sample.queue.send_message(_order("succeed", ID="mine", tags=["id"]))
    sample.start()
    eventually(sample.invocations)
    assert (sample.invocations()[0]["id"], sample.invocations()[0]["dequeue_count"]) == ("mine", 1)


def test_two_hosts_share_a_queue_and_run_each_message_once(sample: Sample) -> None:
    sent = [sample.queue.send_message(f"message {number}").id for number in range(60)]
    sample.start()
    sample.start()
    eventually(lambda: _count(sample.queue) == 0)
    assert sorted(entry["id"] for entry in sample.invocations("work ended")) == sorted(sent)


def test_a_storage_error_that_nobody_expects_ends_the_listener_and_is_logged(sample: Sample) -> None:
    refused = re.sub("AccountKey=[^;]+", "AccountKey=bm8=", sample.storage)
    host = sample.start(AzureWebJobsSampleStorage=refused)
    eventually(lambda: f"the listener of queue '{sample.name}' has ended" in host.log.read_text())
    assert "AuthorizationFailure" in host.log.read_text() or "AuthenticationFailed" in host.log.read_text()
    assert (host.stop(), sample.invocations()) == (0, [])


@pytest.mark.parametrize("missing", ["AzureWebJobsSampleStorage", "SAMPLE_QUEUE"])
def test_a_queue_function_whose_setting_is_missing_is_dropped_with_a_word_and_the_others_run(
    sample: Sample, missing: str
) -> None:
    host = sample.start(**{missing: ""})
    eventually(lambda: "the 'work' function is in error: " in host.log.read_text())
    assert missing.removeprefix("AzureWebJobs") in host.log.read_text()
    with urllib.request.urlopen(f"{host.url}/health", timeout=20) as answer:
        assert answer.status == 200
