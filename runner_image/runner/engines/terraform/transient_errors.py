"""Recognizes transient errors by the engine's messages, as it offers nothing better than their text.

A job that fails with such a code may be retried (`TRANSIENT_CODES` in functions/domain/failures.py).
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


def _while_unreachable(action: Message) -> re.Pattern[str]:
    return re.compile(f"{action.pattern.pattern}.*{UNREACHABLE.pattern.pattern}", re.IGNORECASE | re.DOTALL)


_PATTERNS = tuple((commands, _while_unreachable(action), code) for commands, action, code in _CAUSES)
_BACKEND_UNAVAILABLE = _while_unreachable(BACKEND_NOT_READ)


def is_unreachable(text: str) -> bool:
    """Return True if the text of an error says that a server was not reached, or did not respond."""
    # Outside JSON the engine wraps its texts into lines.
    return UNREACHABLE.is_in(" ".join(text.split()))


def is_backend_unavailable(text: str) -> bool:
    """Return True if the text of an error says that the state's backend could not be reached."""
    return _BACKEND_UNAVAILABLE.search(" ".join(text.split())) is not None


def transient_code(command: str, diagnostics: Sequence[dict[str, Any]]) -> FailureCode | None:
    """Return the code of a transient failure of this command, or None if its errors are permanent."""
    errors = [
        f"{diagnostic['summary']} {diagnostic['detail'] or ''}"
        for diagnostic in diagnostics
        if diagnostic["severity"] == "error"
    ]
    for commands, pattern, code in _PATTERNS:
        if command in commands and any(map(pattern.search, errors)):
            return code
    return None
