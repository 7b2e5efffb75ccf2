"""A saved plan: what an approval means exactly, and what an apply checks before it does anything."""

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
    """What identifies a saved plan: an apply of it is refused where any of this differs.

    `job` is the one that made it, so its blobs are those of that job; `sha256` is of the plan file before it
    was sealed; `identity` is what else identifies it to its engine. Terraform's stands in members of its own,
    as version 0.1 refuses a plan with a member that it does not know: `providers` is source address ->
    version; `serial` and `lineage` are of the state that it was made from (0 and empty where there was none
    yet).
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
        """What else identifies it to its engine, wherever it is written."""
        return self.identity or {name: getattr(self, name) for name in _TERRAFORM_IDENTITY}

    def was_made_from(self, state: StateRecord | None) -> bool:
        """True where this is the very state that it was made from; False where nobody can tell."""
        return state is not None and (self.serial, self.lineage) == (state.serial, state.lineage)


def identity_members(identity: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a PlanRecord that hold an engine's identity."""
    return dict(identity) if set(identity) == set(_TERRAFORM_IDENTITY) else {"identity": dict(identity)}


def parameters_digest(parameters: Mapping[str, Any], secrets: Mapping[str, str]) -> str:
    """SHA-256 of the plain parameters and of the names of the sealed blobs that hold the others.

    A sealed blob is never written twice, so its name stands for its value and gives nothing away.
    """
    whole = json.dumps({"parameters": parameters, "secrets": secrets}, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(whole.encode()).hexdigest()
