"""Quotes the last lines of a dead runner in the message of its failure."""

from __future__ import annotations

from functions.domain.errors import LaunchRefused
from functions.services.context import Context


def log_end(ctx: Context, execution: str) -> str:
    """Return the end of a sentence, which quotes the last lines, or an empty text without any."""
    try:
        printed = ctx.launcher.log_end(execution)
    except LaunchRefused:
        return ""
    return f"; its last output: '{printed}'" if printed else ""
