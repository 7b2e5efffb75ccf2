"""The error of a verb that cannot continue."""

from __future__ import annotations


class LocalError(Exception):
    """Something on this machine is missing, in use or broken. The message says what, and what to do."""
