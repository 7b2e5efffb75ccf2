"""What may pass by itself, told by the engine's own words where it gives nothing better.

Each pattern is what Terraform 1.11 says; tests/runner/test_transient.py has it from the real binary. The
codes are those of functions/domain/retries.py: a job that ended with one may be tried again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

# what was in the way; the last two are git's words
_UNREACHABLE = re.compile(
    r"connection refused|no such host|i/o timeout|TLS handshake timeout|connection reset|"
    r"network is unreachable|context deadline exceeded|temporary failure in name resolution|"
    r"request canceled|giving up after \d+ attempt|\b50[0234]\b|could not resolve host|failed to connect to",
    re.IGNORECASE,
)
# what it was in the way of
_REGISTRY = (
    r"could not (retrieve|query provider registry|download module)|failed to install provider|"
    r"error (while installing|accessing remote module registry)"
)
_BACKEND = (
    r"error (loading|refreshing|inspecting) (the )?state|"
    r"failed to (get existing workspaces|get state|load state|read state|refresh (destination )?state)"
)
_CAUSES = (
    ({"init"}, _REGISTRY, "registry_unavailable"),
    ({"init", "plan"}, _BACKEND, "backend_unavailable"),
)


def _both(doing: str) -> re.Pattern[str]:
    return re.compile(f"({doing}).*({_UNREACHABLE.pattern})", re.IGNORECASE | re.DOTALL)


_PATTERNS = tuple((commands, _both(doing), code) for commands, doing, code in _CAUSES)
_BACK_END_AWAY = _both(_BACKEND)


def is_unreachable(text: str) -> bool:
    """True where the text of an error says that a server was not there, or could not answer."""
    # where it is no JSON it has been cut into lines
    return _UNREACHABLE.search(" ".join(text.split())) is not None


def is_back_end_away(text: str) -> bool:
    """True where the text of an error says that the state could not be read as nobody answered."""
    return _BACK_END_AWAY.search(" ".join(text.split())) is not None


def transient_code(command: str, diagnostics: Sequence[dict[str, Any]]) -> str | None:
    """The code of a failure of this command that may pass, or None."""
    said = [
        f"{each['summary']} {each['detail'] or ''}" for each in diagnostics if each["severity"] == "error"
    ]
    for commands, pattern, code in _PATTERNS:
        if command in commands and any(map(pattern.search, said)):
            return code
    return None
