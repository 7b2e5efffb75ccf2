"""How the development host starts, refuses an app, runs a function by hand, and stops."""

from __future__ import annotations

import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.eventually import eventually
from tests.host_process import HostProcess, start_host

SAMPLE_APP = Path(__file__).parent / "sample_app"
NO_QUEUES = {"AzureWebJobs.work.Disabled": "true", "AzureWebJobs.poisoned.Disabled": "1"}


def _settings(folder: Path) -> dict[str, str]:
    return {**NO_QUEUES, "SAMPLE_RECORD": str(folder / "record"), "SAMPLE_SCHEDULE": "0 0 0 1 1 *"}


def _ask(host: HostProcess, method: str, target: str, body: str | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(host.url.removeprefix("http://"), timeout=20)
    try:
        connection.request(method, target, body)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def _recorded(folder: Path) -> str:
    record = folder / "record"
    return record.read_text() if record.exists() else ""


def test_a_function_without_http_can_be_run_by_hand(tmp_path: Path) -> None:
    host = start_host(SAMPLE_APP, _settings(tmp_path), tmp_path / "log")
    try:
        assert _ask(host, "POST", "/admin/functions/tick", '{"input": ""}')[0] == 202
        eventually(lambda: '"tick ended"' in _recorded(tmp_path))
        assert _ask(host, "POST", "/admin/functions/unknown", "{}")[0] == 404
        assert _ask(host, "POST", "/admin/functions/health", "{}")[0] == 404
        assert _ask(host, "POST", "/admin/functions/tick", "{")[0] == 400
        assert _ask(host, "GET", "/admin/functions/tick")[0] == 404
    finally:
        host.stop()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_lets_the_running_request_end(tmp_path: Path, number: signal.Signals) -> None:
    host = start_host(SAMPLE_APP, _settings(tmp_path), tmp_path / "log")
    answers: list[bytes] = []
    caller = threading.Thread(target=lambda: answers.append(_ask(host, "GET", "/slow?seconds=1")[1]))
    caller.start()
    eventually(lambda: '"slow"' in _recorded(tmp_path))
    os.kill(host.process.pid, number)
    caller.join()
    assert (host.stop(), answers) == (0, [b"done"])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_that_the_system_gives_to_another_thread_is_heard(
    tmp_path: Path, number: signal.Signals
) -> None:
    host = start_host(SAMPLE_APP, _settings(tmp_path), tmp_path / "log")
    pid = host.process.pid
    others = [int(task.name) for task in Path(f"/proc/{pid}/task").iterdir() if int(task.name) != pid]
    try:
        assert ctypes.CDLL(None).tgkill(pid, others[0], number) == 0
        assert host.process.wait(30) == 0
    finally:
        host.kill()


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(RuntimeError, match=rf"listening on port {port}: .* choose another with --port"):
            start_host(SAMPLE_APP, _settings(tmp_path), tmp_path / "log", port)


@pytest.mark.parametrize(
    ("schedule", "reason"),
    [
        ({}, "'%SAMPLE_SCHEDULE%' does not resolve to a value"),
        ({"SAMPLE_SCHEDULE": "61 * * * * *"}, "'61' is not a value for the second"),
    ],
)
def test_a_function_whose_binding_cannot_be_made_is_dropped_with_a_word_and_the_others_run(
    tmp_path: Path, schedule: dict[str, str], reason: str
) -> None:
    settings = {**NO_QUEUES, "SAMPLE_RECORD": str(tmp_path / "record"), **schedule}
    host = start_host(SAMPLE_APP, settings, tmp_path / "log")
    try:
        assert f"the 'tick' function is in error: {reason}" in host.log.read_text()
        assert _ask(host, "POST", "/admin/functions/tick", "{}")[0] == 404
        assert _ask(host, "GET", "/health")[0] == 200
        eventually(lambda: "at_start" in _recorded(tmp_path))
    finally:
        host.stop()


REFUSED_APP = """
from __future__ import annotations
from typing import TYPE_CHECKING
import azure.functions as func
if TYPE_CHECKING:
    from azure.functions import HttpRequest
app = func.FunctionApp()

@app.function_name("1st")
@app.route("a")
def first(req: func.HttpRequest) -> func.HttpResponse: ...

@app.route("b")
def other(request: func.HttpRequest) -> func.HttpResponse: ...

@app.route("c")
def unresolved(req: HttpRequest) -> func.HttpResponse: ...

@app.timer_trigger("timer", "0 0 0 * * *")
def mistyped(timer: func.QueueMessage) -> None: ...

@app.queue_output("out", "q", "AzureWebJobsStorage")
@app.route("d")
def outputs(req: func.HttpRequest) -> func.HttpResponse: ...

@app.blob_trigger("blob", "p", "AzureWebJobsStorage")
def blob(blob: func.InputStream) -> None: ...
"""


def test_an_app_that_the_real_host_refuses_does_not_start_and_every_reason_is_given(tmp_path: Path) -> None:
    (tmp_path / "function_app.py").write_text(REFUSED_APP)
    (tmp_path / "host.json").write_text('{"version": "2.0"}')
    with pytest.raises(RuntimeError) as refusal:
        start_host(tmp_path, {}, tmp_path / "log")
    reasons = str(refusal.value).strip().splitlines()
    assert [reason.partition(" has ")[0].partition(" takes ")[0] for reason in reasons] == [
        "'1st' is not a valid name for a function",
        "function 'other'",
        "function 'unresolved'",
        "function 'mistyped'",
        "function 'outputs'",
        "function 'blob'",
    ]


def test_stdout_holds_the_ready_line_alone(tmp_path: Path) -> None:
    host = start_host(SAMPLE_APP, _settings(tmp_path), tmp_path / "log")
    assert _ask(host, "GET", "/raises") == (500, b"")
    host.process.terminate()
    assert host.process.stdout is not None
    assert host.process.stdout.read() == ""
    assert host.stop() == 0


def test_the_command_explains_itself() -> None:
    completed = subprocess.run(
        [sys.executable, "-m", "local.host", "--help"], capture_output=True, check=True
    )
    assert b"--port" in completed.stdout
