"""Turns Ctrl-C, SIGTERM and a closed terminal into one exception, so that the process can clean up."""

from __future__ import annotations

import signal
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """The user asked the process to stop."""


def raise_stopped_on_signals() -> None:
    """Make the first of these signals raise Stopped. Later ones are ignored, so that the clean-up can end."""
    for number in _SIGNALS:
        signal.signal(number, _stop)


def _stop(_number: int, _frame: FrameType | None) -> None:
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise Stopped
