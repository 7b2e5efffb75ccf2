"""`%NAME%` in queue names and schedules: replaced by the app setting NAME."""

from __future__ import annotations

import re
from collections.abc import Mapping

from local.host.errors import AppRefusedError

_EXPRESSION = re.compile(r"%([^%]+)%")


def resolve(text: str, settings: Mapping[str, str]) -> str:
    """Replace every `%NAME%` by the setting NAME; raises AppRefusedError where there is no such setting."""

    def value_of(match: re.Match[str]) -> str:
        name = match[1]
        if name not in settings:
            raise AppRefusedError(f"'%{name}%' in '{text}' names a setting that does not exist")
        return settings[name]

    return _EXPRESSION.sub(value_of, text)
