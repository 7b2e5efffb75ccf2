from __future__ import annotations

from pathlib import Path

import pytest

from local.host.errors import AppRefusedError
from local.host.host_json import read_host_json

QUEUES = "AzureFunctionsJobHost__extensions__queues__"


def _write(folder: Path, text: str) -> Path:
    (folder / "host.json").write_text(text)
    return folder


def test_an_empty_host_json_has_the_hosts_defaults(tmp_path: Path) -> None:
    read = read_host_json(_write(tmp_path, '{"version": "2.0"}'), {})
    assert (read.route_prefix, read.has_extension_bundle) == ("api", False)
    assert (read.queues.batch_size, read.queues.max_dequeue_count, read.queues.base64) == (16, 5, True)
    assert (read.queues.visibility_timeout, read.queues.max_polling_interval) == (0, 2)


def test_a_setting_of_the_hosts_own_name_overrides_the_file(tmp_path: Path) -> None:
    text = '{"version": "2.0", "extensions": {"queues": {"maxPollingInterval": "00:00:05", "batchSize": 4}}}'
    settings = {
        f"{QUEUES}maxPollingInterval": "00:00:00.1",
        "azurefunctionsjobhost__extensions__http__ROUTEPREFIX": "",
    }
    read = read_host_json(_write(tmp_path, text), settings)
    assert (read.queues.max_polling_interval, read.queues.batch_size, read.route_prefix) == (0.1, 4, "")


def test_time_spans_may_have_days_and_fractions(tmp_path: Path) -> None:
    settings = {f"{QUEUES}visibilityTimeout": "1.02:03:04.5"}
    read = read_host_json(_write(tmp_path, '{"version": "2.0"}'), settings)
    assert read.queues.visibility_timeout == 86400 + 2 * 3600 + 3 * 60 + 4.5


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": "1.0"}'])
def test_a_host_json_without_its_version_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(AppRefusedError, match=r"host\.json"):
        read_host_json(_write(tmp_path, text), {})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("batchSize", "33"),
        ("batchSize", "0"),
        ("batchSize", "many"),
        ("newBatchThreshold", "-1"),
        ("maxDequeueCount", "0"),
        ("visibilityTimeout", "2"),
        ("maxPollingInterval", "00:00:00.0999999"),
        ("messageEncoding", "utf8"),
    ],
)
def test_a_queue_setting_out_of_bounds_is_refused_by_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(AppRefusedError, match=f"(?i){name}"):
        read_host_json(_write(tmp_path, '{"version": "2.0"}'), {QUEUES + name: value})
