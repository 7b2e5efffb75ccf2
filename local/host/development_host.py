"""The host itself: creates the listeners of an app's functions, starts them, runs functions on request, and
stops.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from functions.domain.ncrontab import parse_schedule
from local.host.binding_expressions import resolve
from local.host.errors import AppRefusedError
from local.host.functions import HTTP_TRIGGER, QUEUE_TRIGGER, TIMER_TRIGGER, IndexedFunction, load_functions
from local.host.host_json import HostJson, read_host_json
from local.host.http.http_server import HttpServer
from local.host.http.http_trigger import HttpTrigger
from local.host.http.in_flight import InFlight
from local.host.http.routes import RouteTable
from local.host.invocation import InvocationFailedError, Invoker
from local.host.timers.timer import Timer, timer_request

if TYPE_CHECKING:
    from local.host.queues.queue_listener import QueueListener
    from local.host.timers.timer_storage import TimerStorage

logger = logging.getLogger("slipway.host")

LEASE_SETTING = "SLIPWAY_LOCAL_QUEUE_LEASE"
"""Seconds for which a received message stays invisible; the host renews it at half of that time.

If the host is killed, its messages become visible again after this time.
"""
_DEFAULT_LEASE = "600"
"""10 minutes, as in the real host."""


class DevelopmentHost:
    """Runs the app in `folder` with the app settings `settings`.

    Raises AppRefusedError if the Functions host would refuse the app or this one cannot run it, and OSError
    if the port is taken.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str], port: int) -> None:
        self._settings = settings
        self._invoker = Invoker()
        self._by_hand = InFlight()
        host_json = read_host_json(folder, settings)
        functions = load_functions(settings)
        http_functions = [function for function in functions if function.trigger_type == HTTP_TRIGGER]
        routes = RouteTable(http_functions, host_json.route_prefix)
        self._functions: dict[str, IndexedFunction] = {}
        self._queues: list[QueueListener] = []
        self._timers: list[Timer] = []
        for function in functions:
            if function.trigger_type != HTTP_TRIGGER:
                self._listen_for(function, host_json)
        trigger = HttpTrigger(routes, self._invoker, self.run_by_hand, self._wake_listeners)
        self._server = HttpServer(port, trigger.handle)

    @property
    def _listeners(self) -> list[QueueListener | Timer]:
        return [*self._queues, *self._timers]

    @property
    def url(self) -> str:
        """Return the address on which the host listens."""
        return self._server.url

    def start(self) -> None:
        """Start timers, queue listeners and HTTP. All of them run when this returns."""
        for listener in self._listeners:
            listener.start()
        self._server.start()

    def stop(self, grace_seconds: float) -> bool:
        """Accept no more work and wait for running functions; False if one still runs after the grace."""
        for listener in self._listeners:
            listener.stop()
        self._server.stop()
        deadline = time.monotonic() + grace_seconds
        counters = [
            self._server.in_flight,
            self._by_hand,
            *(listener.in_flight for listener in self._listeners),
        ]
        return all(counter.wait_until_idle(max(0.0, deadline - time.monotonic())) for counter in counters)

    def run_by_hand(self, name: str, text: str) -> bool:
        """Run a timer or queue function now, with `text` as its message; False if it does not exist."""
        function = self._functions.get(name.lower())
        if function is None:
            return False
        threading.Thread(
            target=self._run_by_hand, args=(function, text), name=function.name, daemon=True
        ).start()
        return True

    def _run_by_hand(self, function: IndexedFunction, text: str) -> None:
        from local.host.queues.queue_message import by_hand

        value = timer_request() if function.trigger_type == TIMER_TRIGGER else by_hand(text)
        with self._by_hand.one(), contextlib.suppress(InvocationFailedError):
            self._invoker.invoke(function, value)

    def _wake_listeners(self) -> None:
        """Poll all queues now. In the real host, the message of a request waits for the next poll."""
        for queue in self._queues:
            queue.wake()

    def _listen_for(self, function: IndexedFunction, host_json: HostJson) -> None:
        """Create the listener of a timer or queue function.

        If that fails, log why and leave out this function only; the others run.
        """
        try:
            if function.trigger_type == QUEUE_TRIGGER:
                self._queues.append(self._queue_listener(function, host_json))
            else:
                self._timers.append(self._timer(function))
        except (AppRefusedError, ValueError) as error:
            logger.error("the '%s' function is in error: %s", function.name, error)
            return
        self._functions[function.name.lower()] = function

    def _timer(self, function: IndexedFunction) -> Timer:
        schedule = parse_schedule(resolve(str(function.trigger["schedule"]), self._settings))
        return Timer(function, schedule, self._invoker, self._timer_storage(function))

    def _timer_storage(self, function: IndexedFunction) -> TimerStorage | None:
        if not self._settings.get("AzureWebJobsStorage"):
            return None
        from local.host.storage_clients import connect_blobs
        from local.host.timers.timer_storage import TimerStorage

        return TimerStorage(connect_blobs("AzureWebJobsStorage", self._settings), function.name)

    def _queue_listener(self, function: IndexedFunction, host_json: HostJson) -> QueueListener:
        from local.host.queues.queue_listener import QueueListener
        from local.host.storage_clients import connect_queues

        if not host_json.has_extension_bundle:
            raise AppRefusedError("queue triggers need an 'extensionBundle' in host.json")
        lease = int(self._settings.get(LEASE_SETTING, _DEFAULT_LEASE))
        queue_name = resolve(str(function.trigger["queueName"]), self._settings).lower()
        service = connect_queues(
            str(function.trigger.get("connection") or "AzureWebJobsStorage"), self._settings
        )
        return QueueListener(
            function,
            queue_name=queue_name,
            service=service,
            settings=host_json.queues,
            lease_seconds=lease,
            invoker=self._invoker,
        )
