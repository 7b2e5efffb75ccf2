"""The identity of a saved plan: an approval is for exactly this plan, and the apply checks it first."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from functions.domain.codec import OMITTED_DEFAULT
from functions.domain.jobs.terraform_state import StateRecord

_TERRAFORM_IDENTITY = ("providers", "serial", "lineage")


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """The identity of a saved plan. An apply is refused if any of it differs.

    `job` is the number of the job that made the plan and owns its blobs. `sha256` is the digest of the plan
    file before it was sealed. `identity` is the engine's own part. Terraform's part has members of its own,
    because version 0.1 refuses a plan with an unknown member: `providers` is source address -> version;
    `serial` and `lineage` are those of the state from which the plan was made (0 and empty without a state).
    """

    job: int
    sha256: str
    template_digest: str
    engine_version: str | None
    parameters_digest: str
    planned_at: datetime
    providers: dict[str, str] = field(default_factory=dict)
    serial: int | None = None
    lineage: str | None = None
    identity: dict[str, Any] = field(default_factory=dict, metadata=OMITTED_DEFAULT)

    @property
    def engine_identity(self) -> Mapping[str, Any]:
        """Return the engine's own part of the identity, whichever members hold it."""
        return self.identity or {name: getattr(self, name) for name in _TERRAFORM_IDENTITY}

    def was_made_from(self, state: StateRecord | None) -> bool:
        """Return True if the plan was made from exactly this state. Return False if that is unknown."""
        return state is not None and (self.serial, self.lineage) == (state.serial, state.lineage)


def identity_members(identity: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a PlanRecord that hold an engine's identity."""
    return dict(identity) if set(identity) == set(_TERRAFORM_IDENTITY) else {"identity": dict(identity)}


def parameters_digest(parameters: Mapping[str, Any], secrets: Mapping[str, str]) -> str:
    """Return the SHA-256 of the plain parameters and of the names of the sealed blobs.

    A sealed blob is never overwritten, so its name identifies its value and reveals nothing of it.
    """
    text = json.dumps({"parameters": parameters, "secrets": secrets}, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
