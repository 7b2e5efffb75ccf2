"""What a developer is told when a verb cannot go on."""

from __future__ import annotations


class LocalError(Exception):
    """Something on this machine is missing, taken or broken; the message says what, and what to do."""
