"""Calls functions like the worker: in the calling thread, or on the event loop that all async ones share."""

from __future__ import annotations

import asyncio
import inspect
import logging
import re
import secrets
import threading
import uuid
from pathlib import Path
from typing import Any

import azure.functions as func

from local.host.functions import IndexedFunction

logger = logging.getLogger("slipway.host")

_TRACEPARENT = re.compile(r"00-(?P<trace>(?!0{32})[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-(?P<flags>[0-9a-f]{2})")


class InvocationFailedError(Exception):
    """A function raised; the host has logged it."""


class Invoker:
    """Runs functions. A host has one."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="async-functions", daemon=True).start()

    def invoke(self, function: IndexedFunction, value: object, traceparent: str | None = None) -> object:
        """Call `function` with the value of its trigger; return its result. Raises InvocationFailedError."""
        arguments = {function.trigger_parameter: value}
        if function.takes_context:
            arguments["context"] = InvocationContext(function.name, traceparent)
        try:
            if inspect.iscoroutinefunction(function.call):
                return asyncio.run_coroutine_threadsafe(function.call(**arguments), self._loop).result()
            return function.call(**arguments)
        except (Exception, SystemExit) as error:
            logger.exception("running function '%s'", function.name)
            raise InvocationFailedError(function.name) from error


class _TraceContext:
    def __init__(self, incoming: str | None) -> None:
        match = _TRACEPARENT.fullmatch(incoming or "")
        trace, flags = (match["trace"], match["flags"]) if match else (secrets.token_hex(16), "00")
        self.trace_parent = f"00-{trace}-{secrets.token_hex(8)}-{flags}"
        self.trace_state = ""
        self.attributes: dict[str, str] = {}


class InvocationContext(func.Context):
    """The `context` argument: the id of the invocation, and a span of the host in the trace of the caller."""

    def __init__(self, function_name: str, traceparent: str | None) -> None:
        self._function_name = function_name
        self._invocation_id = str(uuid.uuid4())
        self._trace_context = _TraceContext(traceparent)
        self._thread_local_storage = threading.local()

    @property
    def invocation_id(self) -> str:
        """Return the id of the invocation."""
        return self._invocation_id

    @property
    def thread_local_storage(self) -> Any:
        """Return a storage that the worker uses for its logs. This host does not use it."""
        return self._thread_local_storage

    @property
    def function_name(self) -> str:
        """Return the name of the function."""
        return self._function_name

    @property
    def function_directory(self) -> str:
        """Return the folder of the app."""
        return str(Path.cwd())

    @property
    def trace_context(self) -> Any:
        """Return the trace context; its `trace_parent` is in the format of W3C Trace Context."""
        return self._trace_context

    @property
    def retry_context(self) -> Any:
        """Return None: the host's retry policies do not apply to HTTP, storage queues or our timers."""
        return None
