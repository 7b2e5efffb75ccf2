"""Replaces `%NAME%` in queue names and schedules by the app setting NAME."""

from __future__ import annotations

import re
from collections.abc import Mapping

from local.host.errors import AppRefusedError

_EXPRESSION = re.compile(r"%([^%]+)%")


def resolve(text: str, settings: Mapping[str, str]) -> str:
    """Replace every `%NAME%` by the setting NAME. Raises AppRefusedError if it is missing or empty."""

    def value_of(match: re.Match[str]) -> str:
        name = match[1]
        if not settings.get(name):
            raise AppRefusedError(f"'%{name}%' does not resolve to a value")
        return settings[name]

    return _EXPRESSION.sub(value_of, text)
