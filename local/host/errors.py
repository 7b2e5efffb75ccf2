"""The one error of the host's start, and of the making of a listener."""

from __future__ import annotations


class AppRefusedError(Exception):
    """The app, its host.json or its settings would not start under the Functions host; the text says why."""
