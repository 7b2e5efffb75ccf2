"""The error with which the host refuses an app, or one of its functions."""

from __future__ import annotations


class AppRefusedError(Exception):
    """The Functions host would not start the app with its host.json and settings; the text says why."""
