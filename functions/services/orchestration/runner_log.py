"""What a runner that died printed last: it goes into the reason that people are given."""

from __future__ import annotations

from functions.domain.errors import LaunchRefused
from functions.services.context import Context


def log_end(ctx: Context, execution: str) -> str:
    """Return the end of a sentence that quotes the last lines, or an empty text where there are none."""
    try:
        printed = ctx.launcher.log_end(execution)
    except LaunchRefused:
        return ""
    return f"; the last that it printed: '{printed}'" if printed else ""
