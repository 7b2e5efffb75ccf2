"""The settings of Terraform in a job's spec.

Version 0.1 has them as members of the spec. They are still written, for runners of that version, and still
read, for specs of its app.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from functions.domain.codec import from_plain, to_plain
from functions.domain.jobs.job_contract import JobSpec
from functions.domain.jobs.terraform_state import Backend


@dataclass(frozen=True, slots=True)
class TerraformSettings:
    """The place of the state, and how many seconds a job waits for its lock."""

    backend: Backend
    workspace: str
    lock_wait_seconds: int = 300

    def spec_members(self) -> dict[str, Any]:
        """Return the members of a spec that contain these settings."""
        return {
            "engine_settings": to_plain(self),
            "backend": self.backend,
            "workspace": self.workspace,
            "lock_wait_seconds": self.lock_wait_seconds,
        }

    @classmethod
    def of(cls, spec: JobSpec) -> TerraformSettings:
        """Return the settings of a spec. Raises ValueError if it has none."""
        if spec.engine_settings:
            return from_plain(cls, spec.engine_settings)
        if spec.backend is None or spec.workspace is None:
            raise ValueError("the spec has neither backend nor workspace")
        return cls(spec.backend, spec.workspace, spec.lock_wait_seconds)
