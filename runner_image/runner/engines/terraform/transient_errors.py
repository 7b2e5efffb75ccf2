"""What may pass by itself, told by the engine's own words where it gives nothing better.

The codes are those of functions/domain/retries.py: a job that ended with one may be tried again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from functions.domain.failures import FailureCode
from runner.engines.terraform.messages import BACKEND_NOT_READ, REGISTRY_NOT_READ, UNREACHABLE, Message

_CAUSES = (
    ({"init"}, REGISTRY_NOT_READ, FailureCode.REGISTRY_UNAVAILABLE),
    ({"init", "plan"}, BACKEND_NOT_READ, FailureCode.BACKEND_UNAVAILABLE),
)


def _both(doing: Message) -> re.Pattern[str]:
    return re.compile(f"{doing.pattern.pattern}.*{UNREACHABLE.pattern.pattern}", re.IGNORECASE | re.DOTALL)


_PATTERNS = tuple((commands, _both(doing), code) for commands, doing, code in _CAUSES)
_BACK_END_AWAY = _both(BACKEND_NOT_READ)


def is_unreachable(text: str) -> bool:
    """True where the text of an error says that a server was not there, or could not answer."""
    # where it is no JSON it has been cut into lines
    return UNREACHABLE.is_in(" ".join(text.split()))


def is_back_end_away(text: str) -> bool:
    """True where the text of an error says that the state could not be read as nobody answered."""
    return _BACK_END_AWAY.search(" ".join(text.split())) is not None


def transient_code(command: str, diagnostics: Sequence[dict[str, Any]]) -> FailureCode | None:
    """The code of a failure of this command that may pass, or None."""
    said = [
        f"{each['summary']} {each['detail'] or ''}" for each in diagnostics if each["severity"] == "error"
    ]
    for commands, pattern, code in _PATTERNS:
        if command in commands and any(map(pattern.search, said)):
            return code
    return None
