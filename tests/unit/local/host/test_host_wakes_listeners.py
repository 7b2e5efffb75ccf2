"""The development host asks its queues at once after a request that may have sent a message."""

from __future__ import annotations

import threading

import azure.functions as func
import pytest

from local.host.functions import IndexedFunction
from local.host.http.http_server import IncomingRequest
from local.host.http.http_trigger import HttpTrigger
from local.host.http.routes import RouteTable
from local.host.invocation import Invoker
from local.host.queues.polling_pause import PollingPause


def http_trigger(woken: list[str], *, fails: bool = False) -> HttpTrigger:
    """A trigger with one route, whose function notes that it ran before the listeners are woken."""

    def work(req: func.HttpRequest) -> func.HttpResponse:
        woken.append("function")
        if fails:
            raise ValueError(req.method)
        return func.HttpResponse("done")

    binding = {
        "name": "req",
        "type": "httpTrigger",
        "route": "work",
        "methods": ["GET", "POST", "DELETE"],
        "authLevel": "anonymous",
    }
    routes = RouteTable([IndexedFunction("work", work, binding, takes_context=False)], "")
    return HttpTrigger(routes, Invoker(), lambda _name, _text: False, lambda: woken.append("listeners"))


def request(method: str) -> IncomingRequest:
    return IncomingRequest(method, "127.0.0.1", "/work", "", {}, b"")


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize("fails", [False, True])
def test_listeners_are_woken_after_a_function_that_may_have_sent_a_message(method: str, fails: bool) -> None:
    woken: list[str] = []

    http_trigger(woken, fails=fails).handle(request(method))

    assert woken == ["function", "listeners"]


def test_a_request_that_only_reads_wakes_nobody() -> None:
    woken: list[str] = []

    http_trigger(woken).handle(request("GET"))

    assert woken == ["function"]


def test_a_pause_that_is_woken_ends_however_long_it_has_grown() -> None:
    pause = PollingPause(max_seconds=3600)
    for _ in range(17):
        pause.wake()
        pause.wait()
    waiting = threading.Thread(target=pause.wait, daemon=True)
    waiting.start()

    pause.wake()
    waiting.join(30)

    assert not waiting.is_alive()
