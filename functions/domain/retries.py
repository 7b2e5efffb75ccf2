"""Why a job that has applied nothing may be tried again without anybody asking (docs/rules.md rule 8)."""

from __future__ import annotations

from functions.domain.failures import FAILURES

TRANSIENT_CODES = frozenset(code for code, reason in FAILURES.items() if reason.transient)
"""The codes of failures that may pass; docs/api.md says what each means."""
