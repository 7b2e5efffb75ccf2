"""Why a job that has applied nothing may be tried again without anybody asking (design §4 rule 8)."""

from __future__ import annotations

TRANSIENT_CODES = frozenset(
    {
        "backend_unavailable",
        "job_start_failed",
        "registry_unavailable",
        "runner_lost",
        "runner_stopped",
        "state_lock_race",
        "storage_unavailable",
    }
)
"""The codes of failures that may pass; docs/api.md says what each means."""
