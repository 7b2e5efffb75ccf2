"""What may pass by itself, told by the engine's own words where it gives nothing better.

Each pattern is what Terraform 1.11 says; tests/runner/test_transient.py has it from the real binary. The
codes are those of functions/domain/retries.py: a job that ended with one may be tried again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

_UNREACHABLE = (
    r"connection refused|no such host|i/o timeout|TLS handshake timeout|connection reset|"
    r"network is unreachable|context deadline exceeded|temporary failure in name resolution|"
    r"request canceled|giving up after \d+ attempt|\b50[0234]\b"
)
_CAUSES: tuple[tuple[frozenset[str], str, str], ...] = (
    (
        frozenset({"init"}),
        "registry_unavailable",
        (
            r"could not (connect to|query provider registry)|failed to (query|install provider|retrieve)|"
            r"invalid provider registry host|error retrieving"
        ),
    ),
    (
        frozenset({"init", "plan"}),
        "backend_unavailable",
        (
            r"error (loading|refreshing|inspecting) state|state backend|state data|HTTP remote state|"
            r"failed to (get existing workspaces|load state|read state|get)|"
            r"retrieving keys|listing (blobs|objects)"
        ),
    ),
)
_PATTERNS = tuple(
    (commands, code, re.compile(f"({doing}).*({_UNREACHABLE})", re.IGNORECASE | re.DOTALL))
    for commands, code, doing in _CAUSES
)


def transient_code(command: str, diagnostics: Sequence[dict[str, Any]]) -> str | None:
    """The code of a failure of this command that may pass, or None."""
    said = " ".join(f"{each['summary']} {each['detail'] or ''}" for each in diagnostics)
    for commands, code, pattern in _PATTERNS:
        if command in commands and pattern.search(said):
            return code
    return None
