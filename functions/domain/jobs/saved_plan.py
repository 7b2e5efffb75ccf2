"""A saved plan: what an approval means exactly, and what an apply checks before it does anything."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """What identifies a saved plan: an apply of it is refused where any of this differs.

    `job` is the one that made it, so its blobs are those of that job; `sha256` is of the plan file before it
    was sealed; `providers` is source address -> version; `serial` and `lineage` are of the state that it was
    made from (0 and empty where there was none yet).
    """

    job: int
    sha256: str
    template_digest: str
    engine_version: str | None
    providers: dict[str, str]
    parameters_digest: str
    serial: int | None
    lineage: str | None
    planned_at: datetime


def parameters_digest(parameters: Mapping[str, Any], secrets: Mapping[str, str]) -> str:
    """SHA-256 of the plain parameters and of the names of the sealed blobs that hold the others.

    A sealed blob is never written twice, so its name stands for its value and gives nothing away.
    """
    whole = json.dumps({"parameters": parameters, "secrets": secrets}, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(whole.encode()).hexdigest()
