"""What a job's spec says to Terraform alone.

Version 0.1 has it in members of the spec itself. They are still written, for runners of that version, and
still read, for specs that its app wrote.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from functions.domain.codec import from_plain, to_plain
from functions.domain.jobs.job_contract import JobSpec
from functions.domain.jobs.terraform_state import Backend


@dataclass(frozen=True, slots=True)
class TerraformSettings:
    """Where the state lies, and how many seconds its lock is waited for."""

    backend: Backend
    workspace: str
    lock_wait_seconds: int = 300

    def spec_members(self) -> dict[str, Any]:
        """The members of a spec that hold this."""
        return {
            "engine_settings": to_plain(self),
            "backend": self.backend,
            "workspace": self.workspace,
            "lock_wait_seconds": self.lock_wait_seconds,
        }

    @classmethod
    def of(cls, spec: JobSpec) -> TerraformSettings:
        """Read a spec's. Raises ValueError where it has none."""
        if spec.engine_settings:
            return from_plain(cls, spec.engine_settings)
        if spec.backend is None or spec.workspace is None:
            raise ValueError("the spec says neither back end nor workspace")
        return cls(spec.backend, spec.workspace, spec.lock_wait_seconds)
