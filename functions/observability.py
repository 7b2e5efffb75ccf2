"""Structured logs: one JSON object a line, with the ids of what the line is about.

Every logger of Slipway is `slipway` or below it. In Azure the worker's own handler on the root logger takes
the lines; where there is none they go to stderr.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from functions.domain.clock import to_text

ROOT = "slipway"

_bound: ContextVar[dict[str, str] | None] = ContextVar("slipway_log_fields", default=None)
_OWN_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# The SDKs log every call to storage at INFO.
_NOISY = ("azure.core", "azure.identity")


@contextmanager
def bind(**fields: str) -> Iterator[None]:
    """Put fields such as `correlation_id` into every line that this thread or task logs within."""
    token = _bound.set({**(_bound.get() or {}), **fields})
    try:
        yield
    finally:
        _bound.reset(token)


def configure(level: str = "INFO") -> None:
    """Set the logger tree up; calling it again only changes the level."""
    logger = logging.getLogger(ROOT)
    logger.setLevel(level)
    logger.propagate = False
    if not any(isinstance(handler, JsonLinesHandler) for handler in logger.handlers):
        logger.addHandler(JsonLinesHandler())
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)


def json_line(record: logging.LogRecord) -> str:
    """The record as one line of JSON; fields given as `extra` stand beside the bound ones."""
    extra = {name: value for name, value in vars(record).items() if name not in _OWN_FIELDS}
    line: dict[str, Any] = {
        "time": to_text(datetime.fromtimestamp(record.created, UTC)),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": record.getMessage(),
        **(_bound.get() or {}),
        **extra,
    }
    if record.exc_info and record.exc_info[0]:
        line["exception"] = logging.Formatter().formatException(record.exc_info)
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"), default=str)


class JsonLinesHandler(logging.Handler):
    """Turns records into lines and hands them to the root logger's handlers, or writes them to stderr."""

    def emit(self, record: logging.LogRecord) -> None:
        """Pass one record on."""
        try:
            line = json_line(record)
            handlers = logging.getLogger().handlers
            if not handlers:
                sys.stderr.write(line + "\n")
                return
            formatted = {"msg": line, "args": None, "exc_info": None, "exc_text": None}
            whole = logging.makeLogRecord({**vars(record), **formatted})
            for handler in handlers:
                if whole.levelno >= handler.level:
                    handler.handle(whole)
        except Exception:  # noqa: BLE001 - logging never ends what it tells of
            self.handleError(record)
