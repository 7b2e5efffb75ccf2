"""Structured logs: each line is a JSON object, with the ids that `bind` adds.

Every logger of Slipway is `slipway` or a child of it. In Azure the worker's handler on the root logger gets
the lines; without such a handler they go to stderr.
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
# The SDKs log every storage call at INFO.
_NOISY = ("azure.core", "azure.identity")


@contextmanager
def bind(**fields: str) -> Iterator[None]:
    """Add fields such as `correlation_id` to every line that this thread or task logs in the block."""
    token = _bound.set({**(_bound.get() or {}), **fields})
    try:
        yield
    finally:
        _bound.reset(token)


def configure(level: str = "INFO") -> None:
    """Configure the loggers. A further call only changes the level."""
    logger = logging.getLogger(ROOT)
    logger.setLevel(level)
    logger.propagate = False
    if not any(isinstance(handler, JsonLinesHandler) for handler in logger.handlers):
        logger.addHandler(JsonLinesHandler())
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)


def json_line(record: logging.LogRecord) -> str:
    """Return the record as a line of JSON, with the bound fields and those given as `extra`."""
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
    """Formats records as lines, and passes them to the root logger's handlers, or writes them to stderr."""

    def emit(self, record: logging.LogRecord) -> None:
        """Handle one record."""
        try:
            line = json_line(record)
            handlers = logging.getLogger().handlers
            if not handlers:
                sys.stderr.write(line + "\n")
                return
            formatted = {"msg": line, "args": None, "exc_info": None, "exc_text": None}
            line_record = logging.makeLogRecord({**vars(record), **formatted})
            for handler in handlers:
                if line_record.levelno >= handler.level:
                    handler.handle(line_record)
        except Exception:  # noqa: BLE001 - a failure to log must not end the work
            self.handleError(record)
